use std::path::Path;

use super::*;

const MAIN: &str = "[[receiver]]\nname = \"care\"\nchannel = \"console\"\n";
const TOPIC: &str =
    "title = \"Sprout\"\nquery = \"嫩芽咖啡\"\n[[listen]]\nsource = \"feed\"\nurls = [\"https://example.com/f.xml\"]\n";

fn read(main: &str, topics: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    from_texts(Path::new("."), main, topics).map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

fn right(main: &str, topics: &[(&str, &str)]) -> Config {
    read(main, topics).unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")))
}

/// The mistakes of `hearken.toml`, each as `line: place: message`.
fn told(main: &str) -> Vec<String> {
    let mistakes = from_texts(Path::new("."), main, &[("sprout", TOPIC)]).expect_err(main);
    mistakes.iter().map(|m| format!("{}: {}: {}", m.line, m.place, m.message)).collect()
}

/// The mistakes of a topic's file, likewise.
fn told_of_topic(topic: &str) -> Vec<String> {
    let mistakes = from_texts(Path::new("."), MAIN, &[("sprout", topic), ("leaf-tea", TOPIC)]).expect_err(topic);
    mistakes.iter().map(|m| format!("{}: {}: {}", m.line, m.place, m.message)).collect()
}

fn name(text: &str) -> TopicName {
    TopicName::new(text).expect("a name")
}

#[test]
fn an_empty_main_file_has_usual_values() {
    let config = right("", &[("sprout", TOPIC)]);
    assert_eq!(config.database, "sqlite:./hearken.db");
    assert_eq!(config.web.link_base(), "http://127.0.0.1:8080");
    assert_eq!((config.zone, config.locale), (chrono_tz::Asia::Taipei, Locale::ZhTw));
    let topic = config.topic(&name("sprout")).expect("there");
    assert!(topic.alert.negative);
    let sources = config.wanted_sources();
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].topics, [name("sprout")]);
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let main = "zone = \"Asia/Taipeh\"\nlocal = \"en\"\n[[receiver]]\nname = \"Care\"\nchannel = \"console\"\n";
    let topic = "title = \"\"\nquery = '''\n(嫩芽咖啡\n OR s*\n'''\nowner = \"cara\"\n";
    let mistakes = read(main, &[("sprout", topic)]).expect_err("mistakes");
    assert_eq!(
        mistakes,
        [
            "hearken.toml:1: zone: `Asia/Taipeh` is not a time zone\n  hint: did you mean `Asia/Taipei`?",
            "hearken.toml:2: local: `local` is not a known key\n  hint: did you mean `locale`?",
            "hearken.toml:4: receiver[0].name: `Care` is not a name\n  hint: 1 to 64 of a-z, 0-9, - and _, such as \"coffee-care\"",
            "topics/sprout.toml:1: title: is empty\n  hint: the topic's name for people, such as \"Sprout Coffee 嫩芽咖啡\"",
            "topics/sprout.toml:3:1: query: this bracket is never closed\n    (嫩芽咖啡\n    ^\n  hint: add `)` where the group ends",
            "topics/sprout.toml:4:5: query: `s*` finds nearly everything\n     OR s*\n        ^^\n  hint: write more letters; \
             in quotes it is searched as it stands: \"s*\"",
            "topics/sprout.toml:6: owner: there is no receiver `cara`\n  hint: no receiver is there yet",
        ]
    );
}

#[test]
fn every_section_tells_what_is_wrong_in_it() {
    for (main, mistake) in [
        ("database = \"mysql://x\"", "1: database: is not the address of a database this program knows"),
        ("database = \"postgres://me:pass@db/x\"", "1: database: a secret is written here in clear"),
        (
            "database = \"env:HEARKEN_NO_SUCH_THING\"",
            "1: database: the environment variable `HEARKEN_NO_SUCH_THING` is not set",
        ),
        ("[web]\naddress = \"8080\"", "2: web.address: `8080` is not an address to listen on"),
        ("[web]\npublic_url = \"hearken\"", "2: web.public_url: `hearken` is not a web address"),
        ("locale = \"zh_TW\"", "1: locale: `zh_TW` is not known"),
        ("[[route]]\nreceivers = []", "2: route[0].receivers: names nobody"),
        ("[[route]]\nreceivers = [\"me\"]", "2: route[0].receivers: there is no receiver `me`"),
        ("[[route]]", "1: route[0].receivers: is missing"),
        ("[[source.fed]]", "1: source.fed: `fed` is not a known key"),
        ("[[source.feed]]\nname = \"ptt\"", "2: source.feed[0].name: `ptt` is the name of another kind of source"),
        ("[[source.feed]]\n[[source.feed]]", "2: source.feed[1].name: `feed` stands here twice"),
        (
            "[[source.feed]]\ncron = \"0 9 30 2 *\"",
            "2: source.feed[0].cron: `0 9 30 2 *` is not a cron schedule: no such day ever comes",
        ),
        ("[bot]\ntoken = \"env:T\"\nchats = [\"care\"]", "3: bot.chats: `care` is not a Telegram chat"),
        ("[[person]]\nname = \"Mei\"\ntelegram = \"1\"", "3: person[0].telegram: `\"1\"` is not a whole number"),
    ] {
        assert_eq!(told(main), [mistake], "{main}");
    }
    let report = "[[report]]\ntopic = \"sprot\"\nreceiver = \"care\"\nperiod = \"year\"";
    assert_eq!(
        told(&format!("{MAIN}{report}")),
        ["5: report[0].topic: there is no topic `sprot`", "7: report[0].period: `year` is not known"]
    );
}

#[test]
fn a_source_with_a_wrong_address_tells_its_other_mistakes_too_and_knows_its_keys() {
    let rest = "token = \"abc\"\ncron = \"soon\"\nzone = \"Asia/Taipeh\"\ntokn = \"env:T\"\n";
    let others = |first: usize| {
        [
            format!("{first}: source.mastodon[0].token: a secret is written here in clear"),
            format!("{}: source.mastodon[0].cron: `soon` is not a cron schedule", first + 1),
            format!("{}: source.mastodon[0].zone: `Asia/Taipeh` is not a time zone", first + 2),
            format!("{}: source.mastodon[0].tokn: `tokn` is not a known key", first + 3),
        ]
    };
    for (instance, mistake) in [
        ("", "1: source.mastodon[0].instance: is missing"),
        ("instance = \"g0v\"\n", "2: source.mastodon[0].instance: `g0v` is not an address"),
        ("instance = 5\n", "2: source.mastodon[0].instance: `5` is not a text in quotes"),
    ] {
        let told = told(&format!("[[source.mastodon]]\n{instance}{rest}"));
        let expected: Vec<String> =
            std::iter::once(mistake.to_owned()).chain(others(if instance.is_empty() { 2 } else { 3 })).collect();
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (told, expected) in told.iter().zip(&expected) {
            assert!(told.starts_with(expected), "{told} is not {expected}");
        }
    }
    assert_eq!(
        told("[[source.bluesky]]\nname = \"jets\"\ninstance = \"https://x\"\npace = \"1m\"\n"),
        [
            "3: source.bluesky[0].instance: `https://x` is not a WebSocket address",
            "4: source.bluesky[0].pace: `pace` is not a known key"
        ]
    );
    assert_eq!(
        told("[[source.hacker-news]]\nsearch = \"x\"\nitems = \"y\"\n"),
        [
            "2: source.hacker-news[0].search: `x` is not an address",
            "3: source.hacker-news[0].items: `y` is not an address"
        ]
    );
}

#[test]
fn the_way_on_from_a_receiver_never_comes_back() {
    let receiver =
        |name: &str, next: &str| format!("[[receiver]]\nname = \"{name}\"\nchannel = \"console\"\nnext = \"{next}\"\n");
    let circle = format!("{}{}{}", receiver("a", "b"), receiver("b", "c"), receiver("c", "b"));
    assert_eq!(
        told(&circle),
        ["8: receiver[1].next: goes in a circle: b → c → b", "12: receiver[2].next: goes in a circle: c → b → c"]
    );
    assert_eq!(told(&receiver("a", "a")), ["4: receiver[0].next: goes in a circle: a → a"]);
}

#[test]
fn a_reference_to_what_has_a_mistake_of_its_own_is_no_second_mistake() {
    let main = "[[receiver]]\nname = \"care\"\nchannel = \"telegram\"\ntoken = \"env:T\"\nchat = \"x\"\n[[route]]\nreceivers = [\"care\"]\n";
    assert_eq!(told(main), ["5: receiver[0].chat: `x` is not a Telegram chat"]);
    let topic = "title = \"S\"\nquery = \"sprout\"\n[[listen]]\nsource = \"news\"\nurls = []\n";
    let mistakes =
        read("[[source.feed]]\nname = \"news\"\npace = \"soon\"\n", &[("sprout", topic)]).expect_err("mistakes");
    assert!(mistakes.iter().any(|mistake| mistake.contains("`soon` is not a duration")), "{mistakes:?}");
    assert!(!mistakes.iter().any(|mistake| mistake.contains("there is no source")), "{mistakes:?}");
}

#[test]
fn a_topic_tells_what_is_wrong_in_it() {
    let with = |more: &str| told_of_topic(&format!("{more}\n{TOPIC}"));
    assert_eq!(with("languages = [\"zh\", \"jp\"]"), ["1: languages: there is no language `jp`"]);
    assert_eq!(
        with("competitors = [\"topics/leaf-tee.toml\"]"),
        ["1: competitors: `topics/leaf-tee.toml` is not there"]
    );
    assert_eq!(with("competitors = [\"sprout\"]"), ["1: competitors: a topic is not its own competitor"]);
    assert_eq!(
        told_of_topic(&format!("{TOPIC}[alert]\nsensitivity = \"3 sigma\"\nvolumes = true\n")),
        [
            "7: alert.sensitivity: `3 sigma` is not a rate of false alarms",
            "8: alert.volumes: `volumes` is not a known key"
        ]
    );
    assert_eq!(
        told_of_topic("title = \"S\"\nquery = \"sprout\"\n[[listen]]\nsource = \"pttt\"\n"),
        ["4: listen[0].source: there is no source `pttt`"]
    );
    assert_eq!(told_of_topic("title = \"S\"\n  query = \"sprout AND\"\n"), ["2: query: nothing stands after `AND`"]);
}

#[test]
fn a_query_on_the_line_of_its_key_has_the_column_of_the_file() {
    for (topic, line, column) in [
        ("title = \"S\"\n  query = \"sprout AND\"\n", 2, 19),
        ("title = \"S\"\nquery = '''sprout AND'''\n", 2, 19),
        ("title = \"S\"\nquery = '''\n sprout AND'''\n", 3, 9),
        ("title = \"S\"\nquery = '''(sprout OR\n AND leaf)'''\n", 3, 2),
    ] {
        let mistakes = from_texts(Path::new("."), "", &[("sprout", topic)]).expect_err(topic);
        assert_eq!((mistakes[0].line, mistakes[0].column), (line, column), "{topic}");
    }
}

#[test]
fn an_incident_is_told_by_routes_then_the_owner_then_everybody() {
    let receiver = |name: &str| format!("[[receiver]]\nname = \"{name}\"\nchannel = \"console\"\n");
    let main = format!(
        "{}{}{}[[route]]\ntopics = [\"sprout\"]\nseverity = \"critical\"\nreceivers = [\"boss\", \"ops\"]\n[[route]]\n\
         topics = [\"sprout\"]\nseverity = \"warning\"\nreceivers = [\"ops\"]\n",
        receiver("care"),
        receiver("boss"),
        receiver("ops")
    );
    let owned = format!("owner = \"care\"\n{TOPIC}");
    let config = right(&main, &[("sprout", &owned), ("leaf", TOPIC)]);
    let told = |topic: &str, severity: Severity| {
        config.told(&name(topic), severity).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(told("sprout", Severity::Critical), "boss ops");
    assert_eq!(told("sprout", Severity::Warning), "ops");
    assert_eq!(told("sprout", Severity::Notice), "care");
    assert_eq!(told("leaf", Severity::Critical), "care boss ops");
}

#[test]
fn equal_wishes_of_several_topics_are_one_source() {
    let config = right("", &[("leaf", TOPIC), ("sprout", TOPIC)]);
    let sources = config.wanted_sources();
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].topics, [name("leaf"), name("sprout")]);
}

#[test]
fn the_bot_of_the_receivers_answers_in_their_chats_unless_told_otherwise() {
    let receiver = |name: &str, token: &str, chat: &str| {
        format!("[[receiver]]\nname = \"{name}\"\nchannel = \"telegram\"\ntoken = \"env:{token}\"\nchat = \"{chat}\"\n")
    };
    let main = format!("{}{}{}", receiver("a", "T", "-1"), receiver("b", "U", "-2"), receiver("c", "T", "-3"));
    let chats = |main: &str| {
        let bot = right(main, &[("sprout", TOPIC)]).bot;
        bot.map(|bot| bot.chats.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(chats(&main), Some(vec!["-1".to_owned(), "-3".to_owned()]));
    assert_eq!(chats(&format!("{main}[bot]\nanswers = false\n")), None);
    assert_eq!(
        chats(&format!("{main}[bot]\ntoken = \"env:U\"\nchats = [\"5\"]\n")),
        Some(vec!["5".to_owned(), "-2".to_owned()])
    );
    assert_eq!(chats(""), None);
}

#[test]
fn what_works_but_is_hardly_meant_is_warned_of() {
    let warnings = |main: &str, topic: &str| {
        let config = right(main, &[("sprout", topic)]);
        config.warnings.iter().map(|warning| warning.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(warnings("", TOPIC), Vec::<String>::new());
    assert_eq!(warnings("", "title = \"S\"\nquery = \"sprout\"\n"), ["nothing is listened to"]);
    assert!(warnings("[web]\naddress = \"0.0.0.0:80\"", TOPIC)[0].starts_with("anybody who reaches 0.0.0.0:80"));
    let main =
        "[[receiver]]\nname = \"a\"\nchannel = \"telegram\"\ntoken = \"env:HEARKEN_NO_SUCH_THING\"\nchat = \"1\"\n";
    assert_eq!(warnings(main, TOPIC), ["the environment variable `HEARKEN_NO_SUCH_THING` is not set"]);
}

#[test]
fn a_competitor_without_a_brand_is_warned_of_where_it_is_named() {
    let coffee = "title = \"C\"\nquery = \"coffee\"\nbrand = [\"sprout\"]\ncompetitors = [\"tea\"]\n";
    let warned = |coffee: &str, tea: &str| {
        let all = right("", &[("coffee", coffee), ("tea", tea)]).warnings;
        all.into_iter()
            .map(|warning| warning.to_string())
            .filter(|text| text.contains("competitors"))
            .collect::<Vec<_>>()
    };
    let tea = "title = \"T\"\nquery = \"tea\"\n";
    let [told] = &warned(coffee, tea)[..] else { panic!("not one warning") };
    assert!(told.starts_with("topics/coffee.toml:4: competitors: topic `tea` has no `brand`"), "{told}");
    assert!(told.contains("hint: write `brand = [\"…\"]` with its names in topics/tea.toml"), "{told}");
    assert_eq!(warned(coffee, &format!("{tea}brand = [\"leaf\"]\n")), Vec::<String>::new());
    assert_eq!(warned(&coffee.replace("brand = [\"sprout\"]\n", ""), tea), Vec::<String>::new(), "no brand at all");
}

#[test]
fn spam_is_set_apart_unless_a_topic_counts_it() {
    let counts = |more: &str| right("", &[("sprout", &format!("{more}{TOPIC}"))]).topics[0].counts_spam;
    assert_eq!([counts(""), counts("spam = \"apart\"\n"), counts("spam = \"count\"\n")], [false, false, true]);
    assert_eq!(told_of_topic(&format!("spam = \"counts\"\n{TOPIC}")), ["1: spam: `counts` is not known"]);
}

#[test]
fn parts_and_foldings_are_the_files_and_their_mistakes_stand_where_they_are_written() {
    let topic = |query: &str, more: &str| format!("title = \"S\"\nquery = '{query}'\nfold = [\"repeats\"]\n{more}");
    let good = topic("$brand AND NOT $jobs", "[parts]\nbrand = '嫩芽 OR $latin'\nlatin = 'sprout'\njobs = '徵才'\n");
    let config = right("", &[("sprout", &good)]);
    let matches = |text: &str| {
        let said = crate::text::Text::read(text);
        config.topics[0].matches(&crate::query::Document::of(&said)).is_some()
    };
    assert!(matches("Sproooout!") && matches("嫩芽") && !matches("嫩芽徵才"));
    let told = |topic: &str| told_of_topic(topic);
    assert_eq!(
        told(&topic("$brand AND theme:refnd", "[parts]\nbrand = '嫩芽 OR ('\nRivals = 'x'\nloop = '$loop OR a1'\n")),
        [
            "2: query: there is no theme `refnd`",
            "5: parts.brand: this bracket is never closed",
            "6: parts.Rivals: `Rivals` cannot be a part's name",
            "7: parts.loop: `$loop` asks for itself",
        ]
    );
    assert_eq!(told(&topic("$brnd", "[parts]\nbrand = '嫩芽'\n")), ["2: query: there is no part `$brnd`"]);
    assert_eq!(
        told("title = \"S\"\nquery = \"嫩芽\"\nfold = [\"repeat\"]\n"),
        ["3: fold: there is no folding `repeat`"]
    );
    let own = "title = \"S\"\nquery = 'sprout AND theme:mould'\n[[theme]]\nname = \"mould\"\nquery = '$m'\n[parts]\nm = '發霉'\n";
    assert_eq!(right("", &[("sprout", own)]).topics[0].themes.list.len(), 1);
}

#[test]
fn a_topic_takes_texts_in_its_languages_only() {
    use crate::domain::Platform;
    use crate::query::Document;
    use crate::text::Text;
    let topic = format!("languages = [\"ja\"]\n{}", TOPIC.replace("嫩芽咖啡", "sprout OR スプラウト"));
    let config = right("", &[("sprout", &topic)]);
    let matches = |text: &str| {
        let said = Text::read(text);
        let document = Document { platform: Platform::Ptt, ..Document::of(&said) };
        config.topics[0].matches(&document).is_some()
    };
    assert!(matches("今日はスプラウトのラテを飲みました"));
    assert!(!matches("I had a latte at Sprout today and it was very good"));
}

#[test]
fn a_source_that_needs_settings_says_so() {
    let topic = "title = \"S\"\nquery = \"sprout\"\n[[listen]]\nsource = \"mastodon\"\n";
    let mistakes = read("", &[("sprout", topic)]).expect_err("mistakes");
    assert_eq!(
        mistakes,
        ["topics/sprout.toml:4: listen[0].source: there is no source `mastodon`\n  hint: it needs settings: write a \
          [[source.mastodon]] in hearken.toml first"]
    );
}
