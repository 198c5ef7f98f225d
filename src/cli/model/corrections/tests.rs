//! Two hundred wrong corrections do not ruin a model; as many right ones are learnt.

use super::*;
use crate::domain::Language;

const PLAN: Plan = Plan {
    seed: 7,
    epochs: 3,
    rate: 1.0,
    l1: 0.03,
    l2: 1.0,
    least_texts: 2,
    precision: 0.8,
    most_unsure: 0.4,
    balance: 1.0,
    folds: 0,
    direct: false,
};

const WHO: [&str; 12] = [
    "這家店",
    "他們的客服",
    "新款的手機",
    "昨天的外送",
    "樓下那間咖啡廳",
    "這次的更新",
    "門市的店員",
    "這個包裹",
    "週年慶的活動",
    "那台吸塵器",
    "網站的結帳",
    "這趟的住宿",
];
const BAD: [&str; 12] = [
    "讓人很失望",
    "等了兩小時沒人理",
    "品質差到不行",
    "完全不值這個價",
    "退款一直拖",
    "又壞了第三次",
    "態度惡劣",
    "根本浪費錢",
    "寄錯還不認",
    "難用得要命",
    "騙人的",
    "爛透了",
];
const GOOD: [&str; 12] = [
    "這很大谷",
    "直接上車",
    "整組入坑",
    "鎖了鎖了",
    "讓人安心",
    "用起來很順",
    "親切又有耐心",
    "下次還要再買",
    "大推",
    "好得沒話說",
    "太貼心了",
    "非常滿意",
];
const PLAIN: [&str; 12] = [
    "下週一開始",
    "在三樓",
    "有兩種顏色",
    "改到十點",
    "是去年出的",
    "可以線上預約",
    "價格是五百元",
    "附一條充電線",
    "有人知道在哪嗎",
    "已經公告了",
    "共有六間",
    "由總公司負責",
];
const END: [&str; 8] =
    ["。", "，跟大家說一聲", "，如題", "，朋友也這麼說", "（第一次發文）", "，附圖", "，昨天的事", "，參考一下"];

/// The n-th of 3,456 texts that all differ, with its label.
fn text(n: usize) -> (String, Sentiment) {
    let (label, words) = [(Sentiment::Negative, BAD), (Sentiment::Positive, GOOD), (Sentiment::Neutral, PLAIN)][n % 3];
    let n = n / 3;
    (format!("{}{}{}", WHO[n % 12], words[n / 12 % 12], END[n / 144 % 8]), label)
}

/// Every third text, one in five of them kept apart; the others are for corrections.
fn base() -> Vec<Lesson> {
    let lesson = |n: usize| {
        // A stride without a common divisor walks through all texts.
        let (words, right) = text(n * 1_009 % 3_456);
        // Those who labelled the base were not always of one mind.
        let label = if n % 10 == 3 || n % 35 == 10 { text(n + 1).1 } else { right };
        let text = words;
        let (id, calibrates) = (format!("base-{n}"), n.is_multiple_of(5));
        Lesson { id, text, label, weight: 1.0, lean_weight: 1.0, calibrates, lent_by: None }
    };
    (0..900).map(lesson).collect()
}

fn said(n: usize, text: &str, label: Sentiment) -> Labelled {
    Labelled::leaning(&format!("c{n}"), Language::ZhHant, text, label)
}

/// Two hundred corrections of texts that the base has not seen, each the contrary of what is right.
fn wrong() -> Vec<Labelled> {
    let contrary = |label| match label {
        Sentiment::Negative => Sentiment::Positive,
        Sentiment::Positive | Sentiment::Neutral | Sentiment::Unsure => Sentiment::Negative,
    };
    (2_000..2_200)
        .map(|n| {
            let (text, label) = text(n * 1_009 % 3_456);
            said(n, &text, contrary(label))
        })
        .collect()
}

/// Two hundred corrections that all attack the same two words of praise, which no lexicon knows.
fn campaign() -> Vec<Labelled> {
    let text = |n: usize| format!("{}{}{}", WHO[n % 12], GOOD[n / 12 % 2], END[n / 24 % 8]);
    (0..200).map(|n| said(n, &text(n), Sentiment::Negative)).collect()
}

/// Two hundred texts of praise that the base learns from, each called a complaint.
fn contrary(base: &[Lesson]) -> Vec<Labelled> {
    let praise = base.iter().filter(|lesson| lesson.label == Sentiment::Positive && !lesson.calibrates).take(200);
    praise.enumerate().map(|(n, lesson)| said(n, &lesson.text, Sentiment::Negative)).collect()
}

/// Two hundred corrections that agree on what a brand's own slang means.
fn consistent() -> Vec<Labelled> {
    let slang = |n: usize| format!("{}整個綠到發光{}", WHO[n % 12], END[n / 12 % 8]);
    let again = |n: usize| format!("{}又在綠到發光了{}", WHO[n % 12], END[n / 12 % 8]);
    (0..200).map(|n| said(n, &if n < 96 { slang(n) } else { again(n - 96) }, Sentiment::Negative)).collect()
}

fn share_right(judge: &Judge, texts: &[&Labelled]) -> f64 {
    let right = texts.iter().filter(|one| Some(judge.judge(&Text::read(&one.text)).p.best().0) == one.sentiment());
    right.count() as f64 / texts.len() as f64
}

fn macro_f1(judge: &Judge, base: &[Lesson]) -> f64 {
    Scores::of(judge, base, &[], &[]).base
}

/// Learns with all these corrections, with no other guard than their share: macro-F1 on the lessons kept apart, and the
/// share of the corrections that the model follows.
fn unguarded(base: &[Lesson], said: &[Labelled], share: f64) -> (f64, f64) {
    let said: Vec<&Labelled> = said.iter().collect();
    let mut lessons = base.to_vec();
    lessons.extend(weighed(base, &said, share));
    let model = Judge::learn_from(&Files::new(), Group::Zh, &lessons, PLAN).expect("learnt");
    let judge = judge_with(&Files::new(), Group::Zh, &model).expect("a judge");
    (macro_f1(&judge, base), share_right(&judge, &said))
}

#[test]
fn two_hundred_wrong_corrections_cost_less_than_a_point_whatever_they_attack() {
    let base = base();
    let (before, _) = unguarded(&base, &[], SHARE);
    assert!(before > 0.8, "{before}");
    for (name, said) in [("scattered", wrong()), ("campaign", campaign()), ("contrary", contrary(&base))] {
        assert_eq!(said.len(), 200, "{name}");
        let (after, followed) = unguarded(&base, &said, SHARE);
        println!("{name}: macro-F1 {before:.4} → {after:.4}, followed {followed:.2}");
        assert!(after >= before - 0.01, "{name}: {before} → {after}");
        assert!(followed < 0.2, "{name}: {followed} of them are followed");
    }
}

#[test]
fn corrections_that_agree_are_learnt_and_the_half_kept_for_test_shows_it() {
    let (files, base) = (Files::new(), base());
    let without = Judge::learn_from(&files, Group::Zh, &base, PLAN).expect("learnt");
    let without = judge_with(&files, Group::Zh, &without).expect("a judge");
    let consistent = consistent();
    let kept: Vec<&Labelled> = consistent.iter().filter(|one| is_kept_for_test(&one.text)).collect();
    assert!((70..130).contains(&kept.len()), "half is kept: {}", kept.len());
    let taught = teach(&files, Group::Zh, &base, &consistent, PLAN).expect("taught");
    println!("{}", taught.told);
    let judge = judge_with(&files, Group::Zh, &taught.model).expect("a judge");
    let (was, is) = (share_right(&without, &kept), share_right(&judge, &kept));
    assert!(was < 0.6 && is > 0.9, "of the half kept for test {was} → {is} are right");
    assert!(macro_f1(&judge, &base) >= macro_f1(&without, &base) - MOST_LOST);
    assert!(taught.told.starts_with(&format!("{} corrections learnt", taught.learnt)), "{}", taught.told);
}

#[test]
fn corrections_weigh_at_most_their_share_of_each_label_and_no_more_than_a_lesson_each() {
    let base = base();
    for many in [3, 40, 2_000] {
        let said: Vec<Labelled> = (0..many).map(|n| said(n, &format!("第 {n} 則"), Sentiment::Negative)).collect();
        let said: Vec<&Labelled> = said.iter().collect();
        let lessons = weighed(&base, &said, SHARE);
        assert_eq!(lessons.len(), many);
        let mass: f64 = lessons.iter().map(|lesson| lesson.weight).sum();
        let of_label: f64 =
            base.iter().filter(|one| !one.calibrates && one.label == Sentiment::Negative).map(|one| one.weight).sum();
        assert!(mass <= SHARE * of_label + 1e-9, "{many}: {mass} of {of_label}");
        assert!(lessons.iter().all(|lesson| lesson.weight <= 1.0 && lesson.lean_weight <= 1.0 && !lesson.calibrates));
    }
}

#[test]
fn a_text_is_kept_for_test_however_it_is_written() {
    assert_eq!(is_kept_for_test("客服 態度差"), is_kept_for_test("客服态度差\n"));
    let kept = (0..1_000).filter(|n| is_kept_for_test(&format!("第 {n} 則"))).count();
    assert!((450..550).contains(&kept), "{kept}");
}

#[test]
fn without_corrections_of_the_language_the_model_is_the_one_without() {
    let base: Vec<Lesson> = base().into_iter().take(300).collect();
    let plain = Judge::learn_from(&Files::new(), Group::Zh, &base, PLAN).expect("learnt");
    let english = [Labelled::leaning("e", Language::En, "great", Sentiment::Negative)];
    let taught = teach(&Files::new(), Group::Zh, &base, &english, PLAN).expect("taught");
    assert_eq!((taught.model.bytes, taught.learnt), (plain.bytes, 0));
}
