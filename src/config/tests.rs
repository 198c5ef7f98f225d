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
    let topic = "title = \"\"\nquery = '''\n(嫩芽咖啡\n OR sprout*\n'''\nowner = \"cara\"\n";
    let mistakes = read(main, &[("sprout", topic)]).expect_err("mistakes");
    assert_eq!(
        mistakes,
        [
            "hearken.toml:1: zone: `Asia/Taipeh` is not a time zone\n  hint: did you mean `Asia/Taipei`?",
            "hearken.toml:2: local: `local` is not a known key\n  hint: did you mean `locale`?",
            "hearken.toml:4: receiver[0].name: `Care` is not a name\n  hint: 1 to 64 of a-z, 0-9, - and _, such as \"coffee-care\"",
            "topics/sprout.toml:1: title: is empty\n  hint: the topic's name for people, such as \"Sprout Coffee 嫩芽咖啡\"",
            "topics/sprout.toml:3:1: query: this bracket is never closed\n    (嫩芽咖啡\n    ^\n  hint: add `)` where the group ends",
            "topics/sprout.toml:4:5: query: `sprout*` has a wildcard, which this version does not know\n     OR sprout*\n        \
             ^^^^^^^\n  hint: write each form with OR; in quotes it is searched as it stands: \"sprout*\"",
            "topics/sprout.toml:6: owner: there is no receiver `cara`\n  hint: no receiver is there yet",
        ]
    );
}
