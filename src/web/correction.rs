//! What people say of a mention's labels: who said what beside the model's word, and the forms to say it.
//!
//! In: a mention with what was said of it. Out: markup. Never: a label that is told by colour alone; a form that speaks
//! of a text which its reader did not see (each carries the text's key).

use maud::{Markup, html};

use super::mention::plain;
use super::show;
use super::visitor::Visitor;
use super::words::{self as w, Texts, words};
use super::{Web, layout};
use crate::alert::words::pick;
use crate::domain::correction::text_key;
use crate::domain::{
    Aspect, Correction, CorrectionState, Label, Locale, Mention, MentionId, Outcome, Sentiment, Theme,
};

words! {
    CORRECTIONS = "更正", "更正", "Corrections", "訂正";
    CORRECTIONS_ABOUT = "大家對判讀的更正與確認。更正會立即反映在數字上，也用來檢驗之後的每一個模型。", "大家对判读的更正与确认。更正会立即反映在数字上，也用来检验之后的每一个模型。", "What people corrected and confirmed. Figures follow a correction at once, and every later model is tested on it.", "判定への訂正と確認です。訂正はすぐに数値へ反映され、以後のモデルの検証にも使われます。";
    IS_IT_RIGHT = "判讀對嗎？", "判读对吗？", "Is this right?", "判定は正しい？";
    MORE_LABELS = "原因、垃圾訊息…", "原因、垃圾信息…", "Themes, spam …", "話題・迷惑投稿…";
    THE_MENTION = "一則提及的判讀", "一条提及的判读", "How a mention was judged", "投稿の判定";
    WHAT_IS_RIGHT = "正確的判讀是？", "正确的判读是？", "What is right?", "正しい判定は？";
    ALL_RIGHT = "全部正確", "全部正确", "All of it is right", "すべて正しい";
    THESE_THEMES = "原因就是這些", "原因就是这些", "These are the themes", "話題はこのとおり";
    SPAM = "垃圾訊息", "垃圾信息", "Spam", "迷惑投稿";
    NOT_SPAM = "不是垃圾訊息", "不是垃圾信息", "Not spam", "迷惑投稿ではない";
    TAKE_BACK = "收回更正", "收回更正", "Take it back", "訂正を取り消す";
    ASK_TAKE_BACK = "要改回模型原本的判讀嗎？", "要改回模型原本的判读吗？", "Go back to what the model said?", "モデルの判定に戻しますか？";
    SAID_SO_FAR = "更正紀錄", "更正记录", "What people said", "訂正の記録";
    NOTHING_SAID = "還沒有人更正或確認過", "还没有人更正或确认过", "Nobody has corrected or confirmed anything", "まだ訂正も確認もありません";
    NOTHING_SAID_ABOUT = "在任何一則提及按「判讀對嗎？」即可。", "在任何一条提及点“判读对吗？”即可。", "Press “Is this right?” on any mention.", "投稿の「判定は正しい？」から行えます。";
    NO_THEME = "沒有原因", "没有原因", "no theme", "話題なし";
    BY_MODEL = "模型", "模型", "Model", "モデル";
    BY_PERSON = "人", "人", "People", "人";
    DIFFERING = "只看不同意模型的", "只看不同意模型的", "Only where people differ", "モデルと異なるもののみ";
    DRIFT = "每週與模型的一致程度", "每周与模型的一致程度", "Agreement with the model, by week", "モデルとの一致（週ごと）";
    DRIFT_ABOUT = "只計有人確認或更正過的判讀；模型自己說「未定」的另計。", "只计有人确认或更正过的判读；模型自己说“未定”的另计。", "Only answers that somebody confirmed or corrected; where the model was unsure is counted apart.", "確認または訂正された判定のみ。モデルが「判定不能」とした分は別に数えます。";
    WEEK = "週", "周", "Week", "週";
    WHICH = "項目", "项目", "Label", "項目";
    AGREED = "一致", "一致", "Agree", "一致";
    CONFIRMED = "確認", "确认", "Confirmed", "確認";
    CORRECTED = "更正", "更正", "Corrected", "訂正";
    ANSWERED = "模型未定", "模型未定", "Model unsure", "判定不能";
    DONE_CORRECTED = "已更正，數字已跟著更新。", "已更正，数字已随之更新。", "Corrected; the figures follow.", "訂正しました。数値にも反映しました。";
    DONE_CONFIRMED = "已確認。", "已确认。", "Confirmed.", "確認しました。";
    DONE_TAKEN_BACK = "已收回，回到模型的判讀。", "已收回，回到模型的判读。", "Taken back; it says what the model said.", "取り消しました。モデルの判定に戻りました。";
}

/// A label's name.
pub(super) fn label(visitor: &Visitor, label: &Label) -> String {
    match label {
        Label::Sentiment(sentiment) => w::sentiment(*sentiment, visitor.locale).to_owned(),
        Label::Themes(themes) if themes.is_empty() => visitor.say(NO_THEME).to_owned(),
        Label::Themes(themes) => {
            let names: Vec<String> = themes.iter().map(|theme| show::theme(visitor, theme)).collect();
            names.join(if visitor.locale == Locale::En { ", " } else { "、" })
        }
        Label::Spam(true) => visitor.say(SPAM).to_owned(),
        Label::Spam(false) => visitor.say(NOT_SPAM).to_owned(),
    }
}

/// Why the rules take a text for spam; a reason of somebody's own rules is shown as it is written there.
pub(super) fn spam_reason<'a>(visitor: &Visitor, reason: &'a str) -> &'a str {
    let texts = match reason {
        "contact" => ["要人私下聯絡", "要人私下联系", "asks to be contacted", "連絡の誘導"],
        "giveaway" => ["抽獎、贈品", "抽奖、赠品", "giveaway", "懸賞・プレゼント"],
        "promo-code" => ["優惠碼、推薦連結", "优惠码、推荐链接", "promo code", "クーポン・紹介コード"],
        "earn-money" => ["賺錢機會", "赚钱机会", "earn money", "儲け話"],
        "job-advert" => ["徵才廣告", "招聘广告", "job advert", "求人広告"],
        "gambling-or-adult" => ["賭博或色情", "赌博或色情", "gambling or adult", "賭博・アダルト"],
        "loan" => ["借貸", "借贷", "loan", "融資"],
        "fake-likes" => ["買讚、買粉", "买赞、买粉", "likes for sale", "いいね販売"],
        "hard-sell" => ["推銷", "推销", "hard sell", "売り込み"],
        "many-links" => ["連結太多", "链接太多", "many links", "リンクが多い"],
        "only-a-link" => ["只有連結", "只有链接", "only a link", "リンクのみ"],
        "many-tags" | "some-tags" => ["標籤太多", "标签太多", "many tags", "タグが多い"],
        "repeated-tags" => ["重複標籤", "重复标签", "repeated tags", "タグの繰り返し"],
        "many-handles" => ["標記太多人", "标记太多人", "many handles", "宛先が多い"],
        "repeated-lines" => ["重複的句子", "重复的句子", "repeated lines", "同じ行の繰り返し"],
        own => return own,
    };
    visitor.say(texts)
}

/// An aspect's name.
pub(super) fn aspect(visitor: &Visitor, aspect: Aspect) -> &'static str {
    visitor.say(match aspect {
        Aspect::Sentiment => w::SENTIMENT,
        Aspect::Themes => w::THEME,
        Aspect::Spam => SPAM,
    })
}

/// What became of a word.
pub(super) fn state(visitor: &Visitor, state: CorrectionState) -> &'static str {
    visitor.say(match state {
        CorrectionState::Holds => ["有效", "有效", "holds", "有効"],
        CorrectionState::Replaced => ["後來改了", "后来改了", "said anew", "再訂正済み"],
        CorrectionState::Edited => ["作者已改文", "作者已改文", "text was changed", "本文が変更済み"],
        CorrectionState::TakenBack => ["已收回", "已收回", "taken back", "取り消し済み"],
    })
}

/// `corrected by X (model: positive 91 %)`, or confirmed.
fn by_whom(visitor: &Visitor, said: &Correction) -> String {
    let (by, model) = (plain(&said.by), label(visitor, &said.was));
    let sure = format!("{:.0}%", said.judged.confidence.value() * 100.0);
    let model = if said.was.aspect() == Aspect::Sentiment { format!("{model} {sure}") } else { model };
    let confirmed = said.outcome() == Outcome::Confirmed;
    match visitor.locale {
        Locale::ZhTw if confirmed => format!("{by} 已確認（模型：{model}）"),
        Locale::ZhTw => format!("由 {by} 更正（模型：{model}）"),
        Locale::ZhCn if confirmed => format!("{by} 已确认（模型：{model}）"),
        Locale::ZhCn => format!("由 {by} 更正（模型：{model}）"),
        Locale::En if confirmed => format!("confirmed by {by} (model: {model})"),
        Locale::En => format!("corrected by {by} (model: {model})"),
        Locale::Ja if confirmed => format!("{by} さんが確認（モデル：{model}）"),
        Locale::Ja => format!("{by} さんが訂正（モデル：{model}）"),
    }
}

/// The word that holds on one aspect, beside what the model had said; nothing when nobody spoke of it.
pub(super) fn beside(visitor: &Visitor, said: &[Correction], aspect: Aspect) -> Option<Markup> {
    let holds = |one: &&Correction| one.state == CorrectionState::Holds && one.said.aspect() == aspect;
    let said = said.iter().find(holds)?;
    Some(html! { span.small.muted { bdi { (by_whom(visitor, said)) } } })
}

/// Where a mention is looked at and corrected.
pub(super) fn address(id: &MentionId) -> String {
    format!("/mention/{id}")
}

/// What a person can say on a card: the leaning with one press, the rest on the mention's page.
pub(super) fn quick(web: &Web, visitor: &Visitor, mention: &Mention) -> Markup {
    let page = address(&mention.id);
    html! {
        @if visitor.name.is_none() { a.small href=(page) { (visitor.say(IS_IT_RIGHT)) } }
        @else {
            details.more.small id={ "right-" (mention.id) } {
                summary { (visitor.say(IS_IT_RIGHT)) }
                form.actions method="post" action={ (page) "/correct" } {
                    (layout::form_fields(web, &visitor.here))
                    input type="hidden" name="seen" value=(text_key(&mention.raw.whole_text()));
                    (sentiments(visitor, mention))
                    a.small href=(page) { (visitor.say(MORE_LABELS)) }
                }
            }
        }
    }
}

/// The three leanings as buttons; the one that stands is marked, and pressing it confirms it.
fn sentiments(visitor: &Visitor, mention: &Mention) -> Markup {
    html! {
        @for one in [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive] {
            button type="submit" name="what" value={ "sentiment:" (one.as_str()) } {
                @if one == mention.judgement.sentiment { "✓ " }
                (w::sentiment(one, visitor.locale))
            }
        }
    }
}

/// Everything that can be said of a mention.
pub(super) fn form(web: &Web, visitor: &Visitor, mention: &Mention, said: &[Correction], themes: &[Theme]) -> Markup {
    let holds = said.iter().any(|one| one.state == CorrectionState::Holds);
    let has = Label::of(Aspect::Themes, &mention.judgement);
    let has = if let Label::Themes(themes) = has { themes } else { Vec::new() };
    html! {
        form.stack method="post" action={ (address(&mention.id)) "/correct" } {
            (layout::form_fields(web, &visitor.here))
            input type="hidden" name="seen" value=(text_key(&mention.raw.whole_text()));
            // Enter in the field of the name says nothing by itself.
            button type="submit" disabled hidden {}
            (layout::name_field(visitor, "by"))
            div.actions { button.first type="submit" name="what" value="confirm" { (visitor.say(ALL_RIGHT)) } }
            h3 { (visitor.say(w::SENTIMENT)) }
            div.actions { (sentiments(visitor, mention)) }
            h3 { (visitor.say(w::THEME)) }
            div.filters {
                @for theme in themes {
                    label.check {
                        input type="checkbox" name={ "theme:" (theme) } value="1" checked[has.contains(theme)];
                        (show::theme(visitor, theme))
                    }
                }
            }
            div.actions { button type="submit" name="what" value="themes" { (visitor.say(THESE_THEMES)) } }
            h3 { (visitor.say(SPAM)) }
            div.actions {
                @for (word, spam) in [("spam", true), ("not-spam", false)] {
                    button type="submit" name="what" value={ "spam:" (word) } {
                        @if Label::Spam(spam) == Label::of(Aspect::Spam, &mention.judgement) { "✓ " }
                        (label(visitor, &Label::Spam(spam)))
                    }
                }
            }
            @if holds {
                div.actions {
                    button.quiet type="submit" name="what" value="take-back" data-ask=(visitor.say(ASK_TAKE_BACK)) { (visitor.say(TAKE_BACK)) }
                }
            }
        }
    }
}

/// What was said of one mention, in order.
pub(super) fn history(visitor: &Visitor, said: &[Correction], zone: chrono_tz::Tz) -> Markup {
    html! {
        ol.line {
            @for one in said {
                li {
                    div { strong { (aspect(visitor, one.said.aspect())) } " · " bdi { (plain(&one.by)) } }
                    div.small.muted {
                        (show::time(visitor, one.at, zone)) " · " (state(visitor, one.state))
                        @if !one.ended_by.is_empty() { " · " bdi { (plain(&one.ended_by)) } }
                    }
                    div.small { (was_and_said(visitor, one)) }
                    div.small.muted { (visitor.say(BY_MODEL)) " " (one.model) }
                }
            }
        }
    }
}

/// `model: positive → people: negative`, or one label where they agree.
pub(super) fn was_and_said(visitor: &Visitor, one: &Correction) -> String {
    let (was, said) = (label(visitor, &one.was), label(visitor, &one.said));
    match one.outcome() {
        Outcome::Confirmed => format!("✓ {said}"),
        Outcome::Corrected | Outcome::Answered => format!("{was} → {said}"),
    }
}

/// What was done, for the line above the page.
pub(super) fn done(word: &str) -> Option<Texts> {
    match word {
        "corrected" => Some(DONE_CORRECTED),
        "confirmed" => Some(DONE_CONFIRMED),
        "taken-back" => Some(DONE_TAKEN_BACK),
        _ => None,
    }
}

/// A week by its Monday.
pub(super) fn week(monday: chrono::NaiveDate, locale: Locale) -> String {
    let day = monday.format("%Y-%m-%d");
    match locale {
        Locale::En => format!("from {day}"),
        _ => format!("{day}{}", pick(locale, [" 起", " 起", "", " から"])),
    }
}
