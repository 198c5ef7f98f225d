//! The words of an alert in each locale: plain numbers, no jargon.

use chrono::{DateTime, Duration};
use chrono_tz::Tz;

use crate::domain::{Incident, Locale, News, Observation, Severity};

/// One text for each locale, in their order.
pub type Texts = [&'static str; 4];

/// The text for this locale.
pub fn pick(locale: Locale, [zh_tw, zh_cn, en, ja]: Texts) -> &'static str {
    match locale {
        Locale::ZhTw => zh_tw,
        Locale::ZhCn => zh_cn,
        Locale::En => en,
        Locale::Ja => ja,
    }
}

/// A severity, as people say it.
pub fn severity(severity: Severity, locale: Locale) -> &'static str {
    let texts = match severity {
        Severity::Notice => ["留意", "留意", "notice", "注意"],
        Severity::Warning => ["警告", "警告", "warning", "警戒"],
        Severity::Critical => ["嚴重", "严重", "critical", "重大"],
    };
    pick(locale, texts)
}

/// The first line: a sign that is seen before it is read, what happened, how great.
pub(super) fn headline(news: News, incident: &Incident, title: &str, locale: Locale) -> String {
    let how = severity(incident.severity, locale);
    let sign = match (news, incident.severity) {
        (News::Resolved, _) => "✅",
        (_, Severity::Notice) => "🟡",
        (_, Severity::Warning) => "🟠",
        (_, Severity::Critical) => "🔴",
    };
    let what = match (news, locale) {
        (News::Opened, Locale::ZhTw) => format!("負面聲量突增（{how}）"),
        (News::Opened, Locale::ZhCn) => format!("负面声量突增（{how}）"),
        (News::Opened, Locale::En) => format!("Surge of negative mentions ({how})"),
        (News::Opened, Locale::Ja) => format!("ネガティブ投稿が急増（{how}）"),
        (News::Risen, Locale::ZhTw) => format!("負面聲量升為「{how}」"),
        (News::Risen, Locale::ZhCn) => format!("负面声量升为“{how}”"),
        (News::Risen, Locale::En) => format!("Negative mentions rose to {how}"),
        (News::Risen, Locale::Ja) => format!("ネガティブ投稿が「{how}」に上昇"),
        (News::Resolved, Locale::ZhTw) => "負面聲量已結束".to_owned(),
        (News::Resolved, Locale::ZhCn) => "负面声量已结束".to_owned(),
        (News::Resolved, Locale::En) => "Surge of negative mentions is over".to_owned(),
        (News::Resolved, Locale::Ja) => "ネガティブ投稿の急増は終息".to_owned(),
    };
    let colon = if locale == Locale::En { ": " } else { "：" };
    format!("{sign} {what}{colon}{title}")
}

/// A day and a time: `11/23 14:05`, in English `Nov 23 14:05`.
pub fn moment(at: DateTime<Tz>, locale: Locale) -> String {
    let pattern = if locale == Locale::En { "%b %-d %H:%M" } else { "%-m/%-d %H:%M" };
    at.format(pattern).to_string()
}

/// A length of time in its two greatest units.
pub fn length(length: Duration, locale: Locale) -> String {
    let minutes = length.num_minutes().max(1);
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let units = match locale {
        Locale::ZhTw => [" 天", " 小時", " 分鐘"],
        Locale::ZhCn => [" 天", " 小时", " 分钟"],
        Locale::En => [" d", " h", " min"],
        Locale::Ja => ["日", "時間", "分"],
    };
    let parts: Vec<String> = [days, hours, rest]
        .into_iter()
        .zip(units)
        .filter(|(number, _)| *number > 0)
        .take(2)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    parts.join(if locale == Locale::Ja { "" } else { " " })
}

pub(super) fn since(from: DateTime<Tz>, until: Option<DateTime<Tz>>, locale: Locale) -> String {
    let zone = from.timezone().name();
    let began = moment(from, locale);
    let Some(until) = until else {
        return match locale {
            Locale::ZhTw => format!("自 {began} 起（{zone}）"),
            Locale::ZhCn => format!("自 {began} 起（{zone}）"),
            Locale::En => format!("Since {began} ({zone})"),
            Locale::Ja => format!("{began} から（{zone}）"),
        };
    };
    let same_day = from.date_naive() == until.date_naive();
    let ended = if same_day { until.format("%H:%M").to_string() } else { moment(until, locale) };
    let lasted = length(until.signed_duration_since(from), locale);
    match locale {
        Locale::ZhTw => format!("{began}–{ended}（{zone}），持續 {lasted}"),
        Locale::ZhCn => format!("{began}–{ended}（{zone}），持续 {lasted}"),
        Locale::En => format!("{began}–{ended} ({zone}), {lasted}"),
        Locale::Ja => format!("{began}–{ended}（{zone}）、{lasted}間"),
    }
}

/// A whole number with its thousands apart.
pub fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = if number < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What is usual, which need not be whole: below one it is said so, not rounded to nothing.
fn usual(value: f64, locale: Locale) -> String {
    if value < 0.95 {
        return pick(locale, ["不到 1", "不到 1", "less than 1", "1未満"]).to_owned();
    }
    number(value.round() as i64)
}

fn percent(share: f64) -> String {
    format!("{:.0}%", (share * 100.0).clamp(0.0, 100.0))
}

/// What was seen against what is usual.
pub(super) fn numbers(seen: &Observation, news: News, locale: Locale) -> String {
    let minutes = (seen.to.next().millis() - seen.from.millis()) / 60_000;
    let window = length(Duration::minutes(minutes), locale);
    let negative = number(seen.negative);
    let usual = usual(seen.usual_negative, locale);
    let peak = news == News::Resolved;
    match locale {
        Locale::ZhTw if peak => format!("最高時 {window} {negative} 則負面，平時 {usual} 則"),
        Locale::ZhCn if peak => format!("最高时 {window} {negative} 条负面，平时 {usual} 条"),
        Locale::En if peak => format!("At its peak {negative} negative mentions in {window}, usually {usual}"),
        Locale::Ja if peak => format!("ピークは{window}にネガティブ{negative}件、普段は{usual}件"),
        Locale::ZhTw => format!("{window} {negative} 則負面，平時 {usual} 則"),
        Locale::ZhCn => format!("{window} {negative} 条负面，平时 {usual} 条"),
        Locale::En => format!("{negative} negative mentions in {window}, usually {usual}"),
        Locale::Ja => format!("{window}にネガティブ{negative}件、普段は{usual}件"),
    }
}

/// Its share and how many people spoke.
pub(super) fn share(seen: &Observation, locale: Locale) -> String {
    let share = if seen.mentions > 0 { seen.negative as f64 / seen.mentions as f64 } else { 0.0 };
    let (share, usual, authors) = (percent(share), percent(seen.usual_share), number(seen.authors));
    match locale {
        Locale::ZhTw => format!("負面占 {share}，平時 {usual}；{authors} 位作者"),
        Locale::ZhCn => format!("负面占 {share}，平时 {usual}；{authors} 位作者"),
        Locale::En => format!(
            "{share} of all mentions, usually {usual}; {authors} {}",
            if seen.authors == 1 { "author" } else { "authors" }
        ),
        Locale::Ja => format!("全体の{share}、普段は{usual}。投稿者{authors}人"),
    }
}

/// How likely so many would be, if nothing were wrong.
pub(super) fn chance(tail: f64, locale: Locale) -> String {
    let below = tail < 1.0e-4;
    let one_in = if below { 10_000.0 } else { round_to_one_digit(1.0 / tail.clamp(1.0e-4, 1.0)) };
    let one_in = number(one_in as i64);
    match locale {
        Locale::ZhTw if below => format!("若一切如常，出現這麼多的機率不到 1/{one_in}"),
        Locale::ZhTw => format!("若一切如常，出現這麼多的機率約 1/{one_in}"),
        Locale::ZhCn if below => format!("若一切如常，出现这么多的概率不到 1/{one_in}"),
        Locale::ZhCn => format!("若一切如常，出现这么多的概率约 1/{one_in}"),
        Locale::En if below => format!("Chance of so many when nothing is wrong: less than 1 in {one_in}"),
        Locale::En => format!("Chance of so many when nothing is wrong: about 1 in {one_in}"),
        Locale::Ja if below => format!("平常時にこれほど出る確率は{one_in}分の1未満"),
        Locale::Ja => format!("平常時にこれほど出る確率は約{one_in}分の1"),
    }
}

fn round_to_one_digit(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    (value / power).round() * power
}

pub(super) fn themes(names: &str, locale: Locale) -> String {
    format!("{}{names}", pick(locale, ["原因：", "原因：", "About: ", "話題："]))
}

pub(super) fn worst(locale: Locale) -> &'static str {
    pick(locale, ["最糟的貼文", "最糟的帖子", "The worst posts", "もっとも深刻な投稿"])
}

pub(super) fn repeated(times: i64, locale: Locale) -> String {
    let times = number(times);
    match locale {
        Locale::ZhTw => format!("轉傳 {times} 次"),
        Locale::ZhCn => format!("转发 {times} 次"),
        Locale::En => format!("repeated {times}×"),
        Locale::Ja => format!("再投稿{times}回"),
    }
}

pub(super) fn not_heard(stretches: &str, locale: Locale) -> String {
    match locale {
        Locale::ZhTw => format!("⚠️ 有來源沒聽到：{stretches}（實際可能更多）"),
        Locale::ZhCn => format!("⚠️ 有来源没听到：{stretches}（实际可能更多）"),
        Locale::En => format!("⚠️ Not heard from every source: {stretches} (there may be more)"),
        Locale::Ja => format!("⚠️ 一部のソースを取得できず：{stretches}（実際はより多い可能性）"),
    }
}

pub(super) fn more(count: usize, locale: Locale) -> String {
    match locale {
        Locale::ZhTw => format!("等 {count} 段"),
        Locale::ZhCn => format!("等 {count} 段"),
        Locale::En => format!("and more, {count} in all"),
        Locale::Ja => format!("ほか計{count}か所"),
    }
}

pub(super) fn seen_by(who: &str, locale: Locale) -> String {
    match locale {
        Locale::ZhTw => format!("{who} 已確認"),
        Locale::ZhCn => format!("{who} 已确认"),
        Locale::En => format!("Acknowledged by {who}"),
        Locale::Ja => format!("{who} が確認済み"),
    }
}

/// The words that lead to the incident's page.
pub(super) fn see_incident(locale: Locale) -> &'static str {
    pick(locale, ["查看事件", "查看事件", "See the incident", "インシデントを見る"])
}

/// The buttons of an alert.
pub fn button(what: Button, locale: Locale) -> &'static str {
    let texts = match what {
        Button::Acknowledge => ["👀 我來看", "👀 我来看", "👀 Acknowledge", "👀 確認"],
        Button::Silence => ["🔕 靜音 1 小時", "🔕 静音 1 小时", "🔕 Silence 1 h", "🔕 1時間ミュート"],
        Button::Ticket => ["🎫 開工單", "🎫 开工单", "🎫 Open ticket", "🎫 チケット作成"],
    };
    pick(locale, texts)
}

/// What a person can do under an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// "I see it."
    Acknowledge,
    /// Hush its topic for an hour.
    Silence,
    /// Make it work owed.
    Ticket,
}

impl Button {
    /// All of them, in their order.
    pub const ALL: &'static [Self] = &[Self::Acknowledge, Self::Silence, Self::Ticket];

    /// The word in a button's data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "ack",
            Self::Silence => "hush",
            Self::Ticket => "ticket",
        }
    }

    /// The button of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|button| button.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_is_said_in_round_numbers_and_never_as_nothing() {
        assert_eq!(chance(2.0e-15, Locale::En), "Chance of so many when nothing is wrong: less than 1 in 10,000");
        assert_eq!(chance(0.000_38, Locale::ZhTw), "若一切如常，出現這麼多的機率約 1/3,000");
        assert!(!chance(f64::NAN, Locale::En).contains("NaN"));
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(number(-1_234_567), "-1,234,567");
        assert_eq!(number(999), "999");
    }

    #[test]
    fn lengths_have_two_units_at_most() {
        assert_eq!(length(Duration::minutes(30), Locale::En), "30 min");
        assert_eq!(length(Duration::minutes(1441), Locale::ZhTw), "1 天 1 分鐘");
        assert_eq!(length(Duration::minutes(145), Locale::Ja), "2時間25分");
        assert_eq!(length(Duration::zero(), Locale::En), "1 min");
    }

    #[test]
    fn what_is_seldom_is_less_than_one_not_none() {
        assert_eq!(usual(0.2, Locale::En), "less than 1");
        assert_eq!(usual(3.1, Locale::En), "3");
    }
}
