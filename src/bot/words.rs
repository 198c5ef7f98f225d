//! What the bot says, in four languages.

use chrono::DateTime;
use chrono_tz::Tz;

use crate::alert::words::{moment, number, pick, severity};
use crate::domain::{Incident, Locale, Moment, TicketNumber};

pub(super) fn failed(locale: Locale) -> &'static str {
    let texts = [
        "出了點問題，什麼都沒有改變。請再試一次。",
        "出了点问题，什么都没有改变。请再试一次。",
        "Something went wrong and nothing was changed. Please try again.",
        "問題が起きたため、何も変更していません。もう一度お試しください。",
    ];
    pick(locale, texts)
}

pub(super) fn acknowledged(locale: Locale) -> &'static str {
    pick(locale, ["已記下：由你處理。", "已记下：由你处理。", "Noted: you are on it.", "対応者として記録しました。"])
}

pub(super) fn silenced(until: DateTime<Tz>, locale: Locale) -> String {
    let until = moment(until, locale);
    match locale {
        Locale::ZhTw => format!("已靜音至 {until}。"),
        Locale::ZhCn => format!("已静音至 {until}。"),
        Locale::En => format!("Silenced until {until}."),
        Locale::Ja => format!("{until} までミュートしました。"),
    }
}

pub(super) fn ticket(number: TicketNumber, new: bool, locale: Locale) -> String {
    match (locale, new) {
        (Locale::ZhTw, true) => format!("已開工單 {number}。"),
        (Locale::ZhCn, true) => format!("已开工单 {number}。"),
        (Locale::En, true) => format!("Ticket {number} is open."),
        (Locale::Ja, true) => format!("チケット {number} を作成しました。"),
        (Locale::ZhTw, false) => format!("已有工單 {number}。"),
        (Locale::ZhCn, false) => format!("已有工单 {number}。"),
        (Locale::En, false) => format!("There is ticket {number} already."),
        (Locale::Ja, false) => format!("すでにチケット {number} があります。"),
    }
}

/// Who did what and when, under an alert; `None` for what is not a person's deed.
pub(super) fn deed(deed: &Moment, at: DateTime<Tz>, until: Option<DateTime<Tz>>, locale: Locale) -> Option<String> {
    let until = until.map(|until| until.format("%H:%M").to_string()).unwrap_or_default();
    let (sign, what) = match deed.what.as_str() {
        "acknowledged" => ("👀", pick(locale, ["已確認", "已确认", "acknowledged", "確認"]).to_owned()),
        "silenced" => {
            let word = pick(locale, ["靜音至", "静音至", "silenced until", "ミュート〜"]);
            ("🔕", format!("{word} {until}"))
        }
        "unsilenced" => ("🔔", pick(locale, ["取消靜音", "取消静音", "ended the silence", "ミュート解除"]).to_owned()),
        "ticket" => {
            let word = pick(locale, ["開了工單", "开了工单", "opened ticket", "チケット作成"]);
            ("🎫", format!("{word} {}", deed.detail))
        }
        "resolved" => ("✅", pick(locale, ["已結束", "已结束", "closed it", "終了"]).to_owned()),
        _ => return None,
    };
    let who: String = deed.by.chars().take(60).collect();
    Some(format!("{sign} {who} {what} · {}", at.format("%H:%M")))
}

pub(super) fn open_incidents(count: usize, locale: Locale) -> String {
    if count == 0 {
        return pick(locale, ["✅ 一切如常", "✅ 一切如常", "✅ Nothing unusual", "✅ 異常なし"]).to_owned();
    }
    match locale {
        Locale::ZhTw => format!("🔴 {count} 件進行中"),
        Locale::ZhCn => format!("🔴 {count} 件进行中"),
        Locale::En => format!("🔴 {count} going on"),
        Locale::Ja => format!("🔴 進行中 {count}件"),
    }
}

pub(super) fn incident(incident: &Incident, title: &str, since: &str, locale: Locale) -> String {
    let how = severity(incident.severity, locale);
    let negative = number(incident.peak.negative);
    let mut line = match locale {
        Locale::ZhTw => format!("• {title}（{how}）自 {since}，最高 {negative} 則負面"),
        Locale::ZhCn => format!("• {title}（{how}）自 {since}，最高 {negative} 条负面"),
        Locale::En => format!("• {title} ({how}) since {since}, {negative} negative at its peak"),
        Locale::Ja => format!("• {title}（{how}）{since} から、最大ネガティブ{negative}件"),
    };
    if !incident.acknowledged_by.is_empty() {
        line.push_str(" 👀 ");
        line.push_str(&crate::alert::escape(&incident.acknowledged_by));
    }
    line
}

pub(super) fn sources(all: usize, ill: usize, locale: Locale) -> String {
    let sign = if ill == 0 { "👂" } else { "⚠️" };
    match locale {
        Locale::ZhTw => format!("{sign} 來源 {all} 個，{ill} 個有問題"),
        Locale::ZhCn => format!("{sign} 来源 {all} 个，{ill} 个有问题"),
        Locale::En => format!("{sign} {all} sources, {ill} with trouble"),
        Locale::Ja => format!("{sign} ソース{all}件、うち{ill}件に問題"),
    }
}

pub(super) fn outbox(waiting: i64, failed: i64, locale: Locale) -> String {
    match locale {
        Locale::ZhTw => format!("📤 {waiting} 則待送，{failed} 則送不出去"),
        Locale::ZhCn => format!("📤 {waiting} 条待发，{failed} 条发不出去"),
        Locale::En => format!("📤 {waiting} messages waiting, {failed} undeliverable"),
        Locale::Ja => format!("📤 送信待ち{waiting}件、送信不能{failed}件"),
    }
}

pub(super) fn topics(locale: Locale) -> &'static str {
    pick(locale, ["主題", "主题", "Topics", "トピック"])
}

/// The last 24 hours against the 24 before: all mentions, negative mentions.
pub(super) fn day(all: (i64, i64), negative: (i64, i64), locale: Locale) -> String {
    let share = if all.0 > 0 { negative.0 as f64 / all.0 as f64 * 100.0 } else { 0.0 };
    let [all_now, all_before, bad_now, bad_before] = [all.0, all.1, negative.0, negative.1].map(number);
    match locale {
        Locale::ZhTw => {
            format!(
                "24 小時 {all_now} 則（前一日 {all_before}），負面 {bad_now} 則，占 {share:.0}%（前一日 {bad_before}）"
            )
        }
        Locale::ZhCn => {
            format!(
                "24 小时 {all_now} 条（前一日 {all_before}），负面 {bad_now} 条，占 {share:.0}%（前一日 {bad_before}）"
            )
        }
        Locale::En => format!(
            "24 h: {all_now} mentions (the day before {all_before}), {bad_now} negative, {share:.0}% (the day before {bad_before})"
        ),
        Locale::Ja => {
            format!(
                "24時間で{all_now}件（前日{all_before}件）、ネガティブ{bad_now}件、{share:.0}%（前日{bad_before}件）"
            )
        }
    }
}

pub(super) fn themes(names: &str, locale: Locale) -> String {
    format!("{}{names}", pick(locale, ["負面原因：", "负面原因：", "Negative about: ", "ネガティブの話題："]))
}

pub(super) fn tickets(count: usize, locale: Locale) -> String {
    match locale {
        Locale::ZhTw => format!("🎫 未結工單 {count} 張"),
        Locale::ZhCn => format!("🎫 未结工单 {count} 张"),
        Locale::En => format!("🎫 {count} unsolved tickets"),
        Locale::Ja => format!("🎫 未解決チケット{count}件"),
    }
}

pub(super) fn how_to_silence(locale: Locale) -> &'static str {
    let texts = [
        "用法：<code>/silence 主題 2h 原因</code>（時間用 m、h、d）",
        "用法：<code>/silence 主题 2h 原因</code>（时间用 m、h、d）",
        "Like this: <code>/silence topic 2h why</code> (m, h or d)",
        "使い方：<code>/silence トピック名 2h 理由</code>（m、h、d）",
    ];
    pick(locale, texts)
}

pub(super) fn help(locale: Locale) -> &'static str {
    let texts = [
        "/status 現況：進行中的事件、來源、待送\n/topic 名稱：一個主題的 24 小時\n/tickets 未結工單\n/silence 主題 2h 原因：暫停警示",
        "/status 现况：进行中的事件、来源、待发\n/topic 名称：一个主题的 24 小时\n/tickets 未结工单\n/silence 主题 2h 原因：暂停警示",
        "/status what is going on: incidents, sources, outbox\n/topic name: 24 hours of one topic\n/tickets unsolved tickets\n/silence topic 2h why: hold back its alerts",
        "/status 現状：進行中の事象、ソース、送信待ち\n/topic 名前：トピックの24時間\n/tickets 未解決チケット\n/silence トピック名 2h 理由：通知を止める",
    ];
    pick(locale, texts)
}
