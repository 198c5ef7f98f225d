//! Phrases, model and the examples of a brand, together.

use super::*;
use crate::classify::judge::Judge;
use crate::domain::Judgement;

fn judge(text: &str) -> Judgement {
    Judge::built_in().expect("the built-in judge").judge(&Text::read(text))
}

fn themes(text: &str) -> Vec<String> {
    judge(text).themes.into_iter().map(|found| found.theme.to_string()).collect()
}

#[test]
fn every_built_in_theme_is_read_and_titled_in_every_locale() {
    assert_eq!(built_in_themes().len(), FILES.len());
    for theme in built_in_themes() {
        assert!(Locale::ALL.iter().all(|locale| !theme.title(*locale).is_empty()), "{}", theme.name);
    }
}

#[test]
fn phrases_name_themes_in_every_language_and_both_scripts() {
    for (text, theme) in [
        ("包裹寄丟了，物流說查不到", "delivery"),
        ("申请退款两周还没到账", "refund"),
        ("更新後 app 一直閃退", "app"),
        ("個資外洩，信用卡被盜刷", "privacy"),
        ("吃完上吐下瀉，已通報衛生局", "safety"),
        ("請問營業時間到幾點？", "question"),
        ("準備提告，也會找媒體", "legal"),
        ("My parcel never arrived", "delivery"),
        ("荷物が届かない", "delivery"),
        ("アプリがすぐ落ちる", "app"),
        ("택배가 안 와요", "delivery"),
        ("환불 언제 되나요", "refund"),
    ] {
        assert!(themes(text).contains(&theme.to_owned()), "{text}: {:?}", themes(text));
    }
}

#[test]
fn a_latin_phrase_is_a_whole_word() {
    assert!(!themes("the lagoon was happy").contains(&"app".to_owned()));
}

#[test]
fn a_theme_comes_with_the_words_that_said_so() {
    let text = "等了快四十分鐘都沒有人來帶位，退款也拖了兩個禮拜";
    let judgement = judge(text);
    for found in &judgement.themes {
        let of = format!("theme:{}", found.theme);
        let spans: Vec<_> = judgement.evidence.iter().filter(|evidence| evidence.of == of).collect();
        assert!(!spans.is_empty(), "{found:?} has no evidence");
        assert!(spans.iter().all(|span| text.get(span.start..span.end).is_some_and(|words| !words.is_empty())));
        assert!((0.0..=1.0).contains(&found.p));
    }
    assert!(judgement.themes.iter().any(|found| found.theme.as_str() == "refund"));
}

#[test]
fn both_scripts_have_the_same_themes() {
    for (traditional, simplified) in
        [("客服態度惡劣，退款拖了兩個禮拜", "客服态度恶劣，退款拖了两个礼拜"), ("外送送錯還漏餐", "外送送错还漏餐")]
    {
        assert_eq!(judge(traditional).themes, judge(simplified).themes);
    }
}

#[test]
fn a_language_that_was_not_taught_is_read_by_phrases_alone() {
    assert_eq!(themes("Привет, сегодня всё хорошо"), Vec::<String>::new());
}
