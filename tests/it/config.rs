//! A folder of files, checked, written and read again while it changes; and the documents about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use hearken::config::{Config, Live, from_texts, load, starting};
use hearken::domain::TopicName;

const MAIN: &str = "[[receiver]]\nname = \"here\"\nchannel = \"console\"\n";

fn topic(title: &str, query: &str) -> String {
    format!(
        "title = \"{title}\"\nquery = '{query}'\n[[listen]]\nsource = \"feed\"\nurls = [\"https://example.com/a.xml\"]\n"
    )
}

fn name(text: &str) -> TopicName {
    TopicName::new(text).expect("a name")
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(topics: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir(folder.path().join("topics")).expect("made");
        folder.write("hearken.toml", MAIN);
        for (name, text) in topics {
            folder.write(&format!("topics/{name}.toml"), text);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("written");
    }

    fn live(&self) -> Live {
        Live::new(load(self.path()).expect("right"))
    }
}

fn titles(config: &Config) -> Vec<String> {
    config.topics.iter().map(|topic| topic.title.clone()).collect()
}

#[test]
fn a_changed_topic_is_taken_up_and_an_unchanged_one_stays_the_same() {
    let folder = Folder::new(&[("leaf", &topic("Leaf", "leaf")), ("sprout", &topic("Sprout", "sprout"))]);
    let live = folder.live();
    let leaf = Arc::clone(&live.config().topics[0]);
    assert_eq!(live.refresh(), Default::default());
    let mut changes = live.changes();
    folder.write("topics/sprout.toml", &topic("Sprout Coffee", "嫩芽"));
    assert_eq!(live.refresh().changed, [name("sprout")]);
    assert!(changes.has_changed().expect("live"));
    let config = changes.borrow_and_update().clone();
    assert_eq!(titles(&config), ["Leaf", "Sprout Coffee"]);
    assert!(Arc::ptr_eq(&leaf, &config.topics[0]), "what did not change is not made anew");
    assert_eq!(live.refresh(), Default::default());
}

#[test]
fn a_broken_file_keeps_the_topic_and_says_so_until_it_is_right() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "sprout"))]);
    let live = folder.live();
    folder.write("topics/sprout.toml", "title = \"New\"\nquery = '(sprout'\n");
    let refreshed = live.refresh();
    assert!(refreshed.mistakes_changed && refreshed.changed.is_empty());
    assert_eq!(titles(&live.config()), ["Sprout"]);
    let told = live.broken();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].line, told[0].place.as_str()), (2, "query"));
    assert!(!live.refresh().mistakes_changed, "told once");
    folder.write("topics/sprout.toml", &topic("New", "sprout"));
    assert_eq!(live.refresh().changed, [name("sprout")]);
    assert_eq!(live.broken(), []);
    assert_eq!(titles(&live.config()), ["New"]);
}

#[test]
fn a_topic_comes_with_its_file_and_goes_when_it_is_missed_twice() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "sprout"))]);
    let live = folder.live();
    folder.write("topics/leaf.toml", &topic("Leaf", "leaf"));
    assert_eq!(live.refresh().changed, [name("leaf")]);
    let path = folder.path().join("topics/sprout.toml");
    fs::remove_file(&path).expect("removed");
    assert_eq!(live.refresh().removed, []);
    assert_eq!(titles(&live.config()), ["Leaf", "Sprout"]);
    fs::write(&path, topic("Sprout", "sprout")).expect("written");
    assert_eq!(live.refresh(), Default::default());
    fs::remove_file(&path).expect("removed");
    assert_eq!(live.refresh().removed, []);
    assert_eq!(live.refresh().removed, [name("sprout")]);
    assert_eq!(titles(&live.config()), ["Leaf"]);
    assert_eq!(live.refresh(), Default::default());
}

#[test]
fn a_topic_whose_competitor_went_goes_on_and_is_told_as_broken() {
    let sprout = format!("competitors = [\"topics/leaf.toml\"]\n{}", topic("Sprout", "sprout"));
    let folder = Folder::new(&[("leaf", &topic("Leaf", "leaf")), ("sprout", &sprout)]);
    let live = folder.live();
    fs::remove_file(folder.path().join("topics/leaf.toml")).expect("removed");
    live.refresh();
    live.refresh();
    assert_eq!(titles(&live.config()), ["Sprout"]);
    assert_eq!(live.broken().iter().map(|mistake| mistake.place.as_str()).collect::<Vec<_>>(), ["competitors"]);
}

#[test]
fn a_changed_main_file_waits_for_a_restart_and_its_mistakes_are_told_before() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "sprout"))]);
    let live = folder.live();
    folder.write("hearken.toml", "zone = \"Mars\"\n");
    live.refresh();
    assert!(live.needs_restart());
    assert_eq!(live.broken()[0].message, "`Mars` is not a time zone");
    folder.write("hearken.toml", MAIN);
    live.refresh();
    assert!(!live.needs_restart());
    assert_eq!(live.broken(), []);
}

#[test]
fn a_hidden_file_or_a_copy_by_an_editor_is_no_topic() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "sprout"))]);
    folder.write("topics/.#leaf.toml", "half a fi");
    folder.write("topics/leaf.toml~", "half a fi");
    assert_eq!(titles(&load(folder.path()).expect("right")), ["Sprout"]);
}

fn hearken(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearken"));
    command.args(arguments).current_dir(folder).env_remove("HEARKEN_LOG").output().expect("it runs")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn init_writes_what_check_accepts_and_changes_nothing_that_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = hearken(&["init", "coffee"], folder.path());
    assert_eq!(out(&first).matches("wrote").count(), 3, "{}", out(&first));
    let checked = hearken(&["check", "coffee"], folder.path());
    assert_eq!(checked.status.code(), Some(0), "{}", out(&checked));
    assert!(out(&checked).ends_with("0 mistakes\n"), "{}", out(&checked));
    let main = folder.path().join("coffee/hearken.toml");
    fs::write(&main, "# mine\n").expect("written");
    fs::rename(folder.path().join("coffee/topics/example.toml"), folder.path().join("coffee/topics/mine.toml"))
        .expect("renamed");
    let second = hearken(&["init", "coffee"], folder.path());
    assert_eq!(second.status.code(), Some(0));
    assert_eq!(fs::read_to_string(&main).expect("there"), "# mine\n");
    assert!(!folder.path().join("coffee/topics/example.toml").exists());
}

#[test]
fn check_tells_all_mistakes_and_that_nothing_was_started() {
    let folder = Folder::new(&[("sprout", "title = \"Sprout\"\nquery = 'LI'\nowner = \"hear\"\n")]);
    let checked = hearken(&["check"], folder.path());
    assert_eq!(checked.status.code(), Some(2));
    assert_eq!(
        out(&checked),
        "topics/sprout.toml:3: owner: there is no receiver `hear`\n  hint: did you mean `here`?\n1 mistake, nothing was started\n"
    );
    let empty = tempfile::tempdir().expect("a folder");
    let checked = hearken(&["check"], empty.path());
    assert_eq!(checked.status.code(), Some(2));
    assert_eq!(
        out(&checked),
        "hearken.toml: is not there\n  hint: `hearken init .` writes one to start from\n1 mistake, nothing was started\n"
    );
}

#[test]
fn check_tells_what_will_be_listened_to_and_warns_of_risky_names() {
    let folder = Folder::new(&[("li", &topic("Li 理", "LI")), ("sprout", &topic("Sprout Coffee", "sprout"))]);
    let checked = hearken(&["check"], folder.path());
    assert_eq!(checked.status.code(), Some(0));
    assert_eq!(
        out(&checked),
        "warning: topics/li.toml:2:10: query: `li` has two letters, and means many other things\n    LI\n    ^^\n  \
         hint: narrow it, such as (li AND …), or use the brand's @name or #tag\n\n\
         2 topics\n  li      Li 理          1 source\n  sprout  Sprout Coffee  1 source\n\
         1 source\n  feed/example.com/a.xml  li, sprout\n\
         1 receiver\n  here  console  zh-TW\n\
         0 mistakes, 1 warning\n"
    );
    let checked = hearken(&["check", "--format", "json"], folder.path());
    let answer: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!(answer["sources"][0]["topics"], serde_json::json!(["li", "sprout"]));
    assert_eq!((answer["warnings"][0]["line"].as_u64(), answer["warnings"][0]["column"].as_u64()), (Some(2), Some(10)));
}

#[test]
fn a_theme_that_cannot_be_learnt_is_told_with_its_line_and_a_way_out() {
    let good = |name: &str| {
        let examples: Vec<String> = (0..5).map(|n| format!("\"紙吸管第{n}次爛掉了\"")).collect();
        format!("[[theme]]\nname = \"{name}\"\nexamples = [{}]\n", examples.join(", "))
    };
    let told = |themes: &str| -> Vec<(usize, String)> {
        let text = format!("{}{themes}", topic("Sprout", "sprout"));
        let mistakes = from_texts(Path::new("."), MAIN, &[("sprout", &text)]).expect_err("mistakes");
        let first = topic("Sprout", "sprout").lines().count();
        assert!(mistakes.iter().all(|mistake| !mistake.hint.is_empty()), "{mistakes:?}");
        mistakes.iter().map(|mistake| (mistake.line - first, mistake.message.clone())).collect()
    };
    let config = from_texts(Path::new("."), MAIN, &[("sprout", &format!("{}{}", topic("S", "s"), good("straws")))]);
    assert_eq!(config.expect("right").topics[0].themes.list[0].title, "straws");
    assert_eq!(
        told("[[theme]]\nname = \"straws\"\nexamples = [\"紙吸管爛掉\", \"吸管很軟\"]\n"),
        [(3, "2 examples are too few to learn from".to_owned())]
    );
    assert_eq!(
        told(
            "[[theme]]\nname = \"straws\"\nexamples = [\n\"吸管一\",\n\"😡😡\",\n\"吸管二\",\n\"吸管三\",\n\"吸管二\",\n]\n"
        ),
        [
            (5, "example 2 has no word to learn from: `😡😡`".to_owned()),
            (8, "example 5 stands here twice: `吸管二`".to_owned())
        ]
    );
    assert_eq!(told(&good("refund")), [(2, "`refund` is a built-in theme".to_owned())]);
    assert_eq!(told(&format!("{0}{0}", good("straws"))), [(5, "`straws` stands here twice".to_owned())]);
    assert_eq!(told("[[theme]]\nname = \"x\"\n"), [(1, "nothing says which texts have this theme".to_owned())]);
    assert_eq!(told("[[theme]]\nname = \"x\"\nquery = \"(a\"\n").len(), 1);
    let strange = told(&format!("{}exampels = []\n", good("x")));
    assert!(strange.len() == 1 && strange[0].1.contains("exampels"), "{strange:?}");
}

#[test]
fn explain_says_why() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "嫩芽 AND NOT 徵才"))]);
    let explained = hearken(&["explain", "sprout", "嫩芽徵才"], folder.path());
    assert_eq!(
        out(&explained),
        "no mention of `sprout`\n    嫩芽徵才\n    ^^^^^^^^\n  no  嫩芽 AND NOT 徵才\n    yes 嫩芽\n    no  NOT 徵才\n      yes 徵才\n  what removes it: NOT 徵才\n"
    );
    assert_eq!(hearken(&["explain", "sprot", "嫩芽"], folder.path()).status.code(), Some(2));
}

#[test]
fn preview_shows_what_a_file_holds_for_a_topic() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "嫩芽 AND NOT 徵才"))]);
    folder.write("posts.csv", "title,text\n,嫩芽徵才\n好喝,\"第一行\n推嫩芽咖啡\"\n,無關\n");
    folder.write("posts.jsonl", "{\"text\":\"嫩芽咖啡\"}\n\n{\"title\":\"嫩芽\",\"text\":\"徵才\"}\n");
    folder.write("posts.txt", "嫩芽一\n綠葉\n嫩芽二\n");
    let preview = |file: &str| out(&hearken(&["preview", "sprout", "--file", file, "--show", "1"], folder.path()));
    assert_eq!(
        preview("posts.csv"),
        "1 of 3 texts match\n\n  推嫩芽咖啡\n    ^^^^\n\nremoved by:\n      1  NOT 徵才\n           嫩芽徵才\n           ^^^^^^^^\n"
    );
    assert_eq!(
        preview("posts.jsonl"),
        "1 of 2 texts match\n\n  嫩芽咖啡\n  ^^^^\n\nremoved by:\n      1  NOT 徵才\n           嫩芽\n           ^^^^\n           徵才\n           ^^^^\n"
    );
    assert_eq!(preview("posts.txt"), "2 of 3 texts match\n\n  嫩芽一\n  ^^^^\n");
    let nothing = hearken(&["preview", "sprout"], folder.path());
    assert_eq!(nothing.status.code(), Some(1));
    assert!(!folder.path().join("hearken.db").exists(), "looking makes no database");
}

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(project().join(path)).expect(path)
}

#[test]
fn the_topics_of_the_project_pass_with_the_starting_point() {
    let mut texts: Vec<(String, String)> = fs::read_dir(project().join("topics"))
        .expect("there")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            (path.file_stem().expect("a stem").to_string_lossy().into_owned(), fs::read_to_string(path).expect("text"))
        })
        .collect();
    texts.sort();
    let topics: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let config = from_texts(Path::new("."), starting::FILES[0].1, &topics).expect("right");
    assert_eq!(config.warnings, []);
    assert!(config.topics.len() >= 3);
}

/// The text of the code block below a comment.
fn block<'a>(document: &'a str, comment: &str) -> &'a str {
    let below = document.split_once(&format!("<!-- {comment} -->\n")).unwrap_or_else(|| panic!("{comment}")).1;
    let begun = below.split_once('\n').expect("a fence").1;
    begun.split_once("```").expect("a fence").0
}

#[test]
fn the_document_shows_the_starting_point_as_it_is() {
    let document = read("docs/configuration.md");
    for file in ["src/config/starting/hearken.toml", "src/config/starting/example.toml"] {
        assert_eq!(block(&document, &format!("same as: {file}")), read(file), "{file}");
    }
}

#[test]
fn the_document_shows_mistakes_as_they_are_told() {
    let document = read("docs/configuration.md");
    let (main, topic) = (block(&document, "mistakes: hearken.toml"), block(&document, "mistakes: topic"));
    let mistakes = from_texts(Path::new("."), main, &[("sprout-coffee", topic)]).expect_err("mistakes");
    let mut told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    told.push(format!("{} mistakes, nothing was started\n", mistakes.len()));
    assert_eq!(block(&document, "mistakes: told"), told.join("\n"));
}

/// The keys in the table below a comment.
fn documented_keys(document: &str, section: &str) -> Vec<String> {
    let below = document.split_once(&format!("<!-- keys: {section} -->\n")).unwrap_or_else(|| panic!("{section}")).1;
    let rows = below.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut keys: Vec<String> = rows.filter_map(|row| row.split('`').nth(1)).map(str::to_owned).collect();
    keys.sort();
    keys
}

/// The keys that the program knows where `strange_thing` stands.
fn known_keys(main: &str, topic: &str) -> Vec<String> {
    let mistakes = from_texts(Path::new("."), main, &[("sprout", topic)]).expect_err("a mistake");
    let told = mistakes.iter().find(|mistake| mistake.message.contains("strange_thing")).expect("told");
    let mut keys: Vec<String> =
        told.hint.strip_prefix("known are: ").expect("a list").split(", ").map(str::to_owned).collect();
    keys.sort();
    keys
}

#[test]
fn the_document_names_every_key_that_is_known_and_no_other() {
    let document = read("docs/configuration.md");
    let strange = "strange_thing = 1\n";
    let plain = topic("Sprout", "sprout");
    let below = |head: &str| known_keys(&format!("{head}\n{strange}"), &plain);
    assert_eq!(documented_keys(&document, "main"), below(""));
    for section in ["[web]", "[bot]", "[[route]]", "[[report]]", "[[group]]", "[[person]]"] {
        assert_eq!(documented_keys(&document, section), below(section), "{section}");
    }
    let receiver = documented_keys(&document, "[[receiver]]");
    assert_eq!(receiver, below("[[receiver]]\nname = \"here\"\nchannel = \"console\""));
    for channel in ["telegram", "webhook"] {
        let mut keys = [receiver.clone(), documented_keys(&document, channel)].concat();
        keys.sort();
        assert_eq!(keys, below(&format!("[[receiver]]\nname = \"here\"\nchannel = \"{channel}\"")), "{channel}");
    }
    let scorer = documented_keys(&document, "[scorer]");
    for kind in ["http", "onnx"] {
        let mut keys = [scorer.clone(), documented_keys(&document, kind)].concat();
        keys.sort();
        assert_eq!(keys, below(&format!("[scorer]\nkind = \"{kind}\"")), "{kind}");
    }
    assert_eq!(documented_keys(&document, "topic"), known_keys("", &format!("{strange}{plain}")));
    for section in ["[alert]", "[ticket]", "[[theme]]", "[[label]]"] {
        let keys = known_keys("", &format!("{plain}{section}\n{strange}"));
        assert_eq!(documented_keys(&document, section), keys, "{section}");
    }
}

#[test]
fn one_broken_topic_locks_nobody_out_of_the_others() {
    let folder = Folder::new(&[("leaf", "title = 3\n"), ("sprout", &topic("Sprout", "sprout"))]);
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    for whole in [
        &["tickets", "list"] as &[&str],
        &["silence", "list"],
        &["silence", "add", "sprout", "--by", "mei"],
        &["corrections", "list"],
        &["report", "sprout"],
        &["explain", "sprout", "tea"],
        &["preview", "sprout", "--file", "topics/sprout.toml"],
        &["sources"],
    ] {
        let output = hearken(whole, folder.path());
        assert_eq!(output.status.code(), Some(0), "{whole:?}: {}", told(&output));
        assert!(whole[0] == "sources" || told(&output).contains("topics/leaf.toml"), "{whole:?}: {}", told(&output));
    }
    for broken in [
        &["silence", "add", "leaf", "--by", "mei"] as &[&str],
        &["report", "leaf"],
        &["explain", "leaf", "leaf"],
        &["preview", "leaf"],
    ] {
        let output = hearken(broken, folder.path());
        assert_eq!(output.status.code(), Some(2), "{broken:?}: {}", told(&output));
        assert!(told(&output).contains("topics/leaf.toml"), "{broken:?}: {}", told(&output));
    }
    folder.write("hearken.toml", "zone = \"Nowhere\"\n");
    let output = hearken(&["tickets", "list"], folder.path());
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "sprout"))]);
    let quiet: &[&[&str]] = &[&["check", "--format", "json"], &["tickets", "list", "--format", "json"], &["sources"]];
    for arguments in quiet {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_hearken"));
        command.args(*arguments).current_dir(folder.path()).env("HEARKEN_LOG", "error").stdout(writer);
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_text_of_strangers_does_not_steer_the_terminal() {
    let folder = Folder::new(&[("sprout", &topic("Sprout", "sprout"))]);
    folder.write("posts.txt", "\u{1b}[2J\u{202e} sprout \u{7}\n");
    let explained = hearken(&["explain", "sprout", "\u{1b}[2J\u{202e} sprout \u{7}"], folder.path());
    let previewed = hearken(&["preview", "sprout", "--file", "posts.txt"], folder.path());
    for output in [explained, previewed] {
        let told = out(&output);
        assert!(told.contains("\u{fffd}[2J\u{fffd} sprout \u{fffd}\n"), "{told:?}");
        assert!(told.contains("     ^^^^^^\n"), "{told:?}");
        assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{told:?}");
    }
}
