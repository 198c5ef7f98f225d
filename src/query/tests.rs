use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Query {
    Query::parse(text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"))
}

/// What a query finds in a text, as it stands there; `None` when it does not match.
fn found(query: &str, text: &str) -> Option<Vec<String>> {
    let said = Text::read(text);
    let spans = parse(query).matches(&document(&said))?;
    Some(spans.into_iter().map(|span| text.get(span).expect("at characters' edges").to_owned()).collect())
}

fn document(text: &Text) -> Document<'_> {
    Document { platform: Platform::Ptt, ..Document::of(text) }
}

fn matches(query: &str, text: &str) -> bool {
    found(query, text).is_some()
}

fn mistakes(query: &str) -> Vec<String> {
    Query::parse(query).expect_err(query).iter().map(|m| format!("{}:{} {}", m.line, m.column, m.message)).collect()
}

fn lints(query: &str) -> Vec<String> {
    parse(query).lints().iter().map(|lint| lint.message.clone()).collect()
}

#[test]
fn the_operators_bind_not_then_and_then_or() {
    assert!(matches("alpha OR beta AND gamma", "alpha"));
    assert!(!matches("(alpha OR beta) AND gamma", "alpha"));
    assert!(!matches("alpha AND NOT beta OR gamma", "alpha beta"));
    assert!(matches("alpha AND NOT beta OR gamma", "alpha beta gamma"));
    assert!(matches("alpha beta", "beta and then alpha"));
    assert!(!matches("alpha beta", "alpha"));
    assert!(matches("alpha NOT beta", "alpha"));
    assert!(matches("alpha AND NOT NOT beta", "alpha beta"));
    assert!(matches("alpha NOT (beta OR gamma)", "alpha delta"));
    assert!(!matches("alpha NOT (beta OR gamma)", "alpha gamma"));
}

#[test]
fn latin_words_are_whole_and_chinese_ones_stand_anywhere() {
    assert!(!matches("LI", "tile, vinyl and polished"));
    assert!(matches("LI", "I drive a Li."));
    assert!(matches("嫩芽", "今天去了嫩芽咖啡喝拿鐵"));
    assert!(matches("iphone", "買了iPhone手機"));
    assert!(!matches("iphone", "iphone15"));
    assert!(matches("C++", "I write C++, not C"));
    assert!(!matches("sprout", "sprouts and sprout_tea"));
    assert!(matches("sprout", "sprout's new store"));
    assert!(matches("カフェ", "新しいカフェラテ"));
    assert!(matches("새싹커피", "새싹커피에서"));
    assert!(matches("café", "CAFÉ"));
    assert!(!matches("caf", "café"));
}

#[test]
fn case_width_and_script_are_folded_in_query_and_text() {
    for (query, text) in [
        ("嫩芽咖啡廳", "嫩芽咖啡厅"),
        ("优惠", "買一送一優惠"),
        ("sprout", "ＳＰＲＯＵＴ 好喝"),
        ("ＡＮＤＲＯＩＤ", "android"),
        ("（嫩芽　ＯＲ　芽）ＡＮＤ咖啡", "嫩芽的咖啡"),
    ] {
        let query = query.replace("ＡＮＤ咖啡", " ＡＮＤ 咖啡");
        assert!(matches(&query, text), "{query} in {text}");
    }
}

#[test]
fn phrases_are_found_over_any_white_space() {
    assert!(matches("\"sprout coffee\"", "Sprout  Coffee"));
    assert!(matches("\"sprout coffee\"", "sprout\n\ncoffee"));
    assert!(!matches("\"sprout coffee\"", "sprout and coffee"));
    assert!(!matches("\"sprout coffee\"", "sprout coffees"));
    assert!(matches("「嫩芽 咖啡」", "嫩芽咖啡"));
    assert!(matches("「嫩芽 咖啡」", "嫩芽　咖啡"));
    assert!(matches("“sprout coffee”", "sprout coffee"));
    assert!(matches("\"AND\"", "this and that"));
}

#[test]
fn a_line_break_inside_a_chinese_word_does_not_hide_it() {
    assert_eq!(found("嫩芽咖啡", "今天的嫩芽\n咖啡很難喝"), Some(vec!["嫩芽\n咖啡".to_owned()]));
}

#[test]
fn tags_and_names_end_where_the_platforms_end_them() {
    assert!(matches("#嫩芽", "好喝#嫩芽 推"));
    assert!(matches("#嫩芽", "＃嫩芽＃"));
    assert!(!matches("#嫩芽", "#嫩芽咖啡"));
    assert!(!matches("#嫩芽", "嫩芽"));
    assert!(matches("嫩芽", "#嫩芽咖啡"));
    assert!(matches("@sproutcoffee", "問一下 @SproutCoffee."));
    assert!(matches("@sproutcoffee", "@sproutcoffee@g0v.social 你好"));
    assert!(!matches("@sproutcoffee", "@sproutcoffee.bsky.social"));
    assert!(matches("@sproutcoffee.bsky.social", "hi @sproutcoffee.bsky.social!"));
    assert!(!matches("@sproutcoffee", "mail info@sproutcoffee.example"));
    assert!(!matches("@sproutcoffee", "@sproutcoffeetw"));
    assert!(matches("@sproutcoffee", "@sproutcoffee請改善"));
}

#[test]
fn the_evidence_is_every_place_that_speaks_for_the_match() {
    let text = "嫩芽咖啡的 Sprout Coffee 很苦，ＳＰＲＯＵＴ　ＣＯＦＦＥＥ";
    let words = found("(嫩芽咖啡 OR \"sprout coffee\" OR 嫩芽) AND NOT hiring", text).expect("a match");
    assert_eq!(words, ["嫩芽咖啡", "Sprout Coffee", "ＳＰＲＯＵＴ　ＣＯＦＦＥＥ"]);
    assert_eq!(found("(alpha AND beta) OR gamma", "alpha gamma"), Some(vec!["gamma".to_owned()]));
}

#[test]
fn every_mistake_is_told_with_its_place_and_a_way_out() {
    let query = "(嫩芽 OR \n  () OR\nAND x* ) \"\" @ -hiring\n) OR";
    assert_eq!(
        mistakes(query),
        [
            "2:3 nothing stands between these brackets",
            "3:1 nothing stands before `AND`",
            "3:5 `x*` finds nearly everything",
            "3:10 nothing to search for stands between these quotes",
            "3:13 `@` is not a name",
            "3:15 `-hiring` does not leave a word out",
            "4:1 this bracket closes nothing",
            "4:3 nothing stands after `OR`",
        ]
    );
    assert!(Query::parse(query).expect_err("mistakes").iter().all(|mistake| !mistake.hint.is_empty()));
}

#[test]
fn one_slip_is_one_mistake() {
    for (query, told) in [
        ("", "1:1 the query is empty"),
        (" \n ", "1:1 the query is empty"),
        ("(a1 OR b1", "1:1 this bracket is never closed"),
        ("a1 OR (b1 AND (c1 OR d1)", "1:7 this bracket is never closed"),
        ("a1 OR b1)", "1:9 this bracket closes nothing"),
        ("a1 \"b1", "1:4 `\"` is never closed"),
        ("「嫩芽", "1:1 `「` is never closed"),
        ("NOT hiring", "1:1 this matches every text that does not have a word"),
        ("alpha OR NOT beta", "1:10 this matches every text that does not have a word"),
        ("alpha AND", "1:7 nothing stands after `AND`"),
        ("AND alpha", "1:1 nothing stands before `AND`"),
        ("alpha NOT", "1:7 nothing stands after `NOT`"),
        ("alpha, beta", "1:1 `alpha,` has a comma in it"),
        ("嫩芽，咖啡", "1:1 `嫩芽,咖啡` has a comma in it"),
        ("alpha | beta", "1:7 `|` is not an operator here"),
        ("alpha && beta", "1:7 `&&` is not an operator here"),
        ("langu:ja cafe", "1:1 there is no field `langu`"),
        ("alpha near/5 beta", "1:7 `near/5` is no operator"),
        ("alpha NEAR/5", "1:7 nothing stands after `NEAR/5`"),
        ("alpha AND $Rivals", "1:11 `$Rivals` is neither a share nor a part"),
        ("alpha /b", "1:7 `/` is never closed"),
        ("alpha {b", "1:7 `{` is never closed"),
        ("author:", "1:1 nothing stands after `author:`"),
        ("#", "1:1 `#` is not a tag"),
        ("……", "1:1 `……` is nothing to search for"),
    ] {
        assert_eq!(mistakes(query), [told], "{query}");
    }
    assert_eq!(mistakes(&"(".repeat(500))[0], "1:65 more than 64 brackets are inside each other");
}

#[test]
fn a_mistake_shows_its_line_with_the_place_underlined() {
    let told = Query::parse("(嫩芽咖啡\n OR s* )").expect_err("a mistake")[0].to_string();
    assert_eq!(
        told,
        "line 2, column 5: `s*` finds nearly everything\n     OR s* )\n        ^^\n  \
         hint: write more letters; in quotes it is searched as it stands: \"s*\""
    );
}

#[test]
fn risky_queries_are_warned_of_and_sound_ones_are_not() {
    assert_eq!(
        lints("(嫩芽咖啡 OR \"sprout coffee\" OR @sproutcoffee) AND NOT (徵才 OR hiring)"),
        Vec::<String>::new()
    );
    assert_eq!(lints("alpha and beta"), ["`and` is searched for as a word"]);
    assert_eq!(lints("芽"), ["`芽` is one character, and stands inside many other words"]);
    assert_eq!(lints("LI OR \"Li Auto\" OR @li")[0], "`li` has two letters, and means many other things");
    assert_eq!(lints("LI AND (shoes OR boots)"), Vec::<String>::new());
    assert_eq!(lints("嫩芽 OR 嫩芽咖啡"), ["`嫩芽咖啡` finds nothing that `嫩芽` does not find"]);
    assert_eq!(lints("sprout OR sprouts"), Vec::<String>::new());
    assert_eq!(lints("sprout OR \"sprout coffee\""), ["`sprout coffee` finds nothing that `sprout` does not find"]);
    assert_eq!(lints("Sprout OR sprout"), ["`sprout` stands here twice"]);
    assert_eq!(lints("嫩芽咖啡 AND NOT 嫩芽"), ["nothing can match: every text with `嫩芽咖啡` has `嫩芽`"]);
    assert_eq!(
        lints("sprout coffee OR 嫩芽咖啡"),
        ["words beside each other or with AND belong together before OR does"]
    );
}

#[test]
fn an_explanation_says_what_is_there_and_what_is_not() {
    let text = Text::read("嫩芽咖啡徵才中");
    let explained = parse("(嫩芽 OR sprout) AND NOT (徵才 OR hiring)").explain(&document(&text));
    assert!(!explained.matches);
    assert_eq!(explained.unwanted().map(|term| term.term.as_str()).collect::<Vec<_>>(), ["征才"]);
    assert_eq!(explained.missing().map(|term| term.term.as_str()).collect::<Vec<_>>(), ["sprout"]);
}

#[test]
fn a_long_text_of_one_letter_does_not_take_quadratic_time() {
    let query = parse(&(1..=40).map(|n| "芽".repeat(n)).collect::<Vec<_>>().join(" OR "));
    let text = Text::read(&"芽".repeat(20_000));
    let begun = std::time::Instant::now();
    let spans = query.matches(&document(&text)).expect("a match");
    assert_eq!(spans, vec![0..60_000]);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

/// Queries that a seed makes, of words that the texts are made of.
fn made(seed: &[u8]) -> String {
    const WORDS: [&str; 16] = [
        "嫩芽",
        "咖啡",
        "難喝",
        "sprout",
        "coffee",
        "\"sprout coffee\"",
        "#嫩芽",
        "@sprout",
        "spr*",
        "嫩*啡",
        "{Sprout}",
        "word:咖啡",
        "😡",
        "$TSLA",
        "/難[喝吃]/",
        "has:question",
    ];
    let word = |byte: u8| WORDS[usize::from(byte) % WORDS.len()];
    let near = |byte: u8| WORDS[usize::from(byte) % 14];
    let mut query = "嫩芽咖啡 OR sprout".to_owned();
    for part in seed.chunks(3) {
        let [kind, one, two] = part else { continue };
        query = match kind % 7 {
            0 => format!("({query}) OR ({} AND {})", near(*one), word(*two)),
            1 => format!("({query}) AND NOT {}", word(*one)),
            2 => format!("{} NEAR/{} {} OR ({query})", near(*one), two % 6, near(two / 6)),
            3 => format!("({} NEAR/{}f {}) OR ({query})", near(*one), two % 6, near(two / 6)),
            4 => format!("({query}) AND ({} OR {})", near(*one), near(*two)),
            5 => format!("({query}) AND NOT ({} AND NOT {})", word(*one), word(*two)),
            _ => format!("{} OR ({query})", near(*one)),
        };
    }
    query
}

/// Texts that a seed makes.
fn said(seed: &[u8]) -> String {
    const PIECES: [&str; 20] = [
        "嫩芽",
        "咖啡",
        "難喝",
        "難吃",
        " sprout ",
        "Sprout",
        " Coffee",
        "sprouts",
        "#嫩芽 ",
        "@sprout ",
        "，",
        "😡",
        "$tsla ",
        "嗎？",
        "\n",
        "  ",
        "ＳＰＲＯＵＴ",
        "的店員",
        "cafe\u{301}",
        "1,200",
    ];
    seed.iter().map(|byte| PIECES[usize::from(*byte) % PIECES.len()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_query_and_no_text_makes_it_stumble(query in "([a嫩 \"「」()（）#@ANDORT*?{}/$:,\n\u{3000}🌱-]|NEAR/3 | NOT | AND |lang:zh|word:嫩){0,40}", text in "\\PC{0,60}") {
        match Query::parse(&query) {
            Ok(query) => {
                let said = Text::read(&text);
                for span in query.matches(&document(&said)).unwrap_or_default() {
                    prop_assert!(text.get(span).is_some_and(|words| !words.is_empty()));
                }
                prop_assert_eq!(query.explain(&document(&said)).matches, query.matches(&document(&said)).is_some());
            }
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    prop_assert!(query.get(mistake.at.clone()).is_some());
                }
            }
        }
    }

    #[test]
    fn a_chinese_word_put_anywhere_is_found_there(before in "[a-z 咖啡，。\n]{0,20}", after in "[a-z 咖啡，。\n]{0,20}") {
        let text = format!("{before}嫩芽{after}");
        let said = Text::read(&text);
        let spans = parse("嫩芽").matches(&document(&said)).expect("there");
        prop_assert!(spans.contains(&(before.len()..before.len() + "嫩芽".len())));
    }

    #[test]
    fn all_queries_at_once_answer_as_each_alone(
        queries in prop::collection::vec(prop::collection::vec(0u8.., 0..12), 1..12),
        text in prop::collection::vec(0u8.., 0..24),
    ) {
        let queries: Vec<Query> = queries.iter().map(|seed| parse(&made(seed))).collect();
        let text = Text::read(&said(&text));
        let document = document(&text);
        let matcher = Matcher::new(&queries).expect("few queries");
        let together = matcher.matches(&document);
        for (number, query) in queries.iter().enumerate() {
            let found = together.iter().find(|found| found.query == number).map(|found| found.spans.clone());
            prop_assert_eq!(found, query.matches(&document), "{}", query.source());
            prop_assert_eq!(query.explain(&document).matches, query.matches(&document).is_some());
        }
    }

    #[test]
    fn what_is_marked_folds_to_a_word_of_the_query(
        folding in 0usize..16,
        term in prop::sample::select(vec!["嫩芽", "軟體", "sprout", "café", "好吃", "Sprout Coffee", "爛"]),
        before in "[a-z 咖啡，。\n]{0,12}",
        after in "[ 咖啡，。\n!]{0,12}",
        shape in 0usize..8,
    ) {
        let words: Vec<&str> =
            Folding::WORDS.iter().enumerate().filter(|(place, _)| folding & 1 << place != 0).map(|(_, word)| *word).collect();
        let context = Context { folding: Folding::of(&words), ..Context::default() };
        let query = Query::read(&format!("\"{term}\""), &context).expect("a query");
        let written = match shape {
            0 => term.to_uppercase(),
            1 => term.replace('軟', "软").replace('體', "体"),
            2 => term.chars().map(|c| if c.is_ascii_lowercase() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c }).collect(),
            3 => term.replace('é', "e\u{301}"),
            4 => term.replace(' ', "\u{3000} "),
            5 => term.replace('吃', "ㄘ"),
            6 => term.chars().flat_map(|c| [c, c, c]).collect(),
            _ => term.replace("軟體", "软件"),
        };
        let text = format!("{before} {written} {after}");
        let said = Text::read(&text);
        let spans = query.matches(&document(&said));
        let must = match shape { 5 => context.folding.bopomofo, 6 => context.folding.repeats && !term.contains(' '), 7 => context.folding.regions, _ => true };
        prop_assert!(spans.is_some() || !must, "{text}");
        for span in spans.into_iter().flatten() {
            let marked = text.get(span).expect("at characters' edges");
            let alone = Text::read(marked);
            let spans = query.matches(&document(&alone)).unwrap_or_default();
            prop_assert!(spans.len() == 1 && spans[0] == (0..marked.len()), "`{}` of `{}`", marked, text);
        }
    }
}
