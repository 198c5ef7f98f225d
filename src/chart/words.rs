//! The few words on a chart.

use chrono::DateTime;
use chrono_tz::Tz;

use super::Part;
use crate::alert::words::{moment, number as grouped, pick};
use crate::domain::Locale;

/// A part's name in a legend; empty for parts that need none.
pub(super) fn name(part: Part, locale: Locale) -> &'static str {
    let texts = match part {
        Part::Negative => ["負面", "负面", "negative", "ネガティブ"],
        Part::Neutral => ["中性", "中性", "neutral", "中立"],
        Part::Positive => ["正面", "正面", "positive", "ポジティブ"],
        Part::Unsure => ["未定", "未定", "unsure", "判定不能"],
        Part::Other => ["其他提及", "其他提及", "other mentions", "その他"],
        Part::UsualBand | Part::UsualLine => ["平時的負面量", "平时的负面量", "usual negative", "普段のネガティブ"],
        Part::Gap => ["沒聽到", "没听到", "not heard", "未取得"],
        Part::Plain | Part::Mark | Part::Grid | Part::Axis => ["", "", "", ""],
    };
    pick(locale, texts)
}

pub(super) fn since(at: DateTime<Tz>, locale: Locale) -> String {
    let at = at.format("%H:%M");
    match locale {
        Locale::ZhTw => format!("{at} 起"),
        Locale::ZhCn => format!("{at} 起"),
        Locale::En => format!("since {at}"),
        Locale::Ja => format!("{at} から"),
    }
}

pub(super) fn so_many_negative(negative: i64, minutes: i64, locale: Locale) -> String {
    let negative = grouped(negative);
    match locale {
        Locale::ZhTw => format!("{minutes} 分鐘 {negative} 則負面"),
        Locale::ZhCn => format!("{minutes} 分钟 {negative} 条负面"),
        Locale::En => format!("{negative} negative in {minutes} min"),
        Locale::Ja => format!("{minutes}分間にネガティブ{negative}件"),
    }
}

pub(super) fn usually(usual: f64, locale: Locale) -> String {
    let usual = if usual < 0.95 { "<1".to_owned() } else { grouped(usual.round() as i64) };
    match locale {
        Locale::ZhTw => format!("平時 {usual}"),
        Locale::ZhCn => format!("平时 {usual}"),
        Locale::En => format!("usually {usual}"),
        Locale::Ja => format!("普段は{usual}"),
    }
}

/// How much time one point stands for.
pub(super) fn width(width_ms: i64, locale: Locale) -> String {
    let minutes = width_ms / 60_000;
    let (number, unit) = match minutes {
        m if m >= 1440 && m % 1440 == 0 => (m / 1440, ["日", "日", "d", "日"]),
        m if m >= 60 && m % 60 == 0 => (m / 60, ["小時", "小时", "h", "時間"]),
        m => (m, ["分鐘", "分钟", "min", "分"]),
    };
    match locale {
        Locale::En => format!("per {number} {}", pick(locale, unit)),
        Locale::ZhTw | Locale::ZhCn => format!("每 {number} {}", pick(locale, unit)),
        Locale::Ja => format!("{number}{}ごと", pick(locale, unit)),
    }
}

/// What one point says.
pub(super) fn tip(at: DateTime<Tz>, total: i64, negative: i64, heard: bool, locale: Locale) -> String {
    let (total, negative, at) = (grouped(total), grouped(negative), moment(at, locale));
    let said = match locale {
        Locale::ZhTw => format!("{at}：{total} 則，負面 {negative}"),
        Locale::ZhCn => format!("{at}：{total} 条，负面 {negative}"),
        Locale::En => format!("{at}: {total} mentions, {negative} negative"),
        Locale::Ja => format!("{at}：{total}件、ネガティブ{negative}件"),
    };
    if heard { said } else { format!("{said} ({})", name(Part::Gap, locale)) }
}

/// What the whole chart says, for who cannot see it.
pub(super) fn summary(
    total: i64,
    negative: i64,
    peak: Option<(DateTime<Tz>, i64)>,
    gaps: usize,
    locale: Locale,
) -> String {
    let (total, negative) = (grouped(total), grouped(negative));
    let mut said = match locale {
        Locale::ZhTw => format!("共 {total} 則，負面 {negative} 則。"),
        Locale::ZhCn => format!("共 {total} 条，负面 {negative} 条。"),
        Locale::En => format!("{total} mentions, {negative} negative."),
        Locale::Ja => format!("合計{total}件、ネガティブ{negative}件。"),
    };
    if let Some((at, most)) = peak {
        let (at, most) = (moment(at, locale), grouped(most));
        said.push_str(&match locale {
            Locale::ZhTw => format!("最高在 {at}：{most} 則。"),
            Locale::ZhCn => format!("最高在 {at}：{most} 条。"),
            Locale::En => format!(" Most at {at}: {most}."),
            Locale::Ja => format!("最多は{at}の{most}件。"),
        });
    }
    if gaps > 0 {
        said.push_str(&match locale {
            Locale::ZhTw => format!("有 {gaps} 段時間沒聽到。"),
            Locale::ZhCn => format!("有 {gaps} 段时间没听到。"),
            Locale::En => format!(" Not heard for {gaps} stretches of time."),
            Locale::Ja => format!("未取得の時間帯が{gaps}か所。"),
        });
    }
    said
}
