//! What the desk says, in four languages.

use super::Error;
use crate::domain::{Incident, Locale, TicketState};

/// A ticket state's name.
pub fn state(state: TicketState, locale: Locale) -> &'static str {
    use TicketState::{New, Open, Pending, Solved};
    match (locale, state) {
        (Locale::ZhTw, New) => "新進",
        (Locale::ZhTw, Open) => "處理中",
        (Locale::ZhTw, Pending) => "等待回覆",
        (Locale::ZhTw, Solved) => "已解決",
        (Locale::ZhCn, New) => "新建",
        (Locale::ZhCn, Open) => "处理中",
        (Locale::ZhCn, Pending) => "等待回复",
        (Locale::ZhCn, Solved) => "已解决",
        (Locale::En, New) => "new",
        (Locale::En, Open) => "open",
        (Locale::En, Pending) => "pending",
        (Locale::En, Solved) => "solved",
        (Locale::Ja, New) => "新規",
        (Locale::Ja, Open) => "対応中",
        (Locale::Ja, Pending) => "返信待ち",
        (Locale::Ja, Solved) => "解決済み",
    }
}

/// The title of an incident's ticket.
pub(super) fn incident_title(incident: &Incident, topic: &str, locale: Locale) -> String {
    let peak = &incident.peak;
    let minutes = (peak.to.next().millis() - peak.from.millis()) / 60_000;
    let (seen, usual) = (peak.negative, peak.usual_negative);
    match locale {
        Locale::ZhTw => format!("{topic}：負面聲量突增，{minutes} 分鐘 {seen} 則（平常約 {usual:.1} 則）"),
        Locale::ZhCn => format!("{topic}：负面声量突增，{minutes} 分钟 {seen} 条（平时约 {usual:.1} 条）"),
        Locale::En => format!("{topic}: negative surge, {seen} in {minutes} min (usually about {usual:.1})"),
        Locale::Ja => format!("{topic}：ネガティブ急増、{minutes}分で{seen}件（通常は約{usual:.1}件）"),
    }
}

/// Why something was refused.
pub(super) fn refusal(error: &Error, locale: Locale) -> String {
    match locale {
        Locale::ZhTw => zh_tw(error),
        Locale::ZhCn => zh_cn(error),
        Locale::Ja => ja(error),
        Locale::En => {
            let mut text = error.to_string();
            if let Some(first) = text.get(..1).map(str::to_uppercase) {
                text.replace_range(..1, &first);
            }
            text + "."
        }
    }
}

fn zh_tw(error: &Error) -> String {
    match error {
        Error::Name => "請先填寫您的名字（一行，最多 80 字）。".to_owned(),
        Error::NoIncident => "找不到這起事件。".to_owned(),
        Error::NoMention => "找不到這則提及。".to_owned(),
        Error::Removed => "這則內容已應作者或平台要求移除，沒有可處理的內容。".to_owned(),
        Error::NoTicket(number) => format!("找不到工單 {number}。"),
        Error::NoTopic(topic) => format!("沒有「{topic}」這個主題。"),
        Error::NoSilence => "找不到這個靜音，或已經結束。".to_owned(),
        Error::Acknowledged(by) => format!("{by} 已經確認過了。"),
        Error::Resolved => "這起事件已經結束。".to_owned(),
        Error::Solved(number) => format!("工單 {number} 已解決，請先重新開啟。"),
        Error::Begun(number) => format!("工單 {number} 已經開始處理，不能改回新進。"),
        Error::Already(number, now) => format!("工單 {number} 的狀態已經是「{}」。", state(*now, Locale::ZhTw)),
        Error::Note => "備註需要 1 到 5,000 個字。".to_owned(),
        Error::Length => "靜音時間需在 1 分鐘到 30 天之間。".to_owned(),
        Error::TooLong => "內容太長：一行，最多 500 字。".to_owned(),
        Error::Label => "請選擇正確的判讀：負面、中性或正面，有哪些原因，是不是垃圾訊息。".to_owned(),
        Error::NoTheme(theme) => format!("沒有「{theme}」這個原因。"),
        Error::TextChanged => "作者在您閱讀之後改了內容，請重新看過再更正。".to_owned(),
        Error::NoCorrection => "還沒有人更正或確認過這則提及。".to_owned(),
        Error::Store(_) => "資料庫目前無法完成這個動作，請稍後再試。".to_owned(),
    }
}

fn zh_cn(error: &Error) -> String {
    match error {
        Error::Name => "请先填写您的名字（一行，最多 80 字）。".to_owned(),
        Error::NoIncident => "找不到这起事件。".to_owned(),
        Error::NoMention => "找不到这条提及。".to_owned(),
        Error::Removed => "这条内容已应作者或平台要求移除，没有可处理的内容。".to_owned(),
        Error::NoTicket(number) => format!("找不到工单 {number}。"),
        Error::NoTopic(topic) => format!("没有“{topic}”这个主题。"),
        Error::NoSilence => "找不到这个静音，或已经结束。".to_owned(),
        Error::Acknowledged(by) => format!("{by} 已经确认过了。"),
        Error::Resolved => "这起事件已经结束。".to_owned(),
        Error::Solved(number) => format!("工单 {number} 已解决，请先重新打开。"),
        Error::Begun(number) => format!("工单 {number} 已经开始处理，不能改回新建。"),
        Error::Already(number, now) => format!("工单 {number} 的状态已经是“{}”。", state(*now, Locale::ZhCn)),
        Error::Note => "备注需要 1 到 5,000 个字。".to_owned(),
        Error::Length => "静音时间需在 1 分钟到 30 天之间。".to_owned(),
        Error::TooLong => "内容太长：一行，最多 500 字。".to_owned(),
        Error::Label => "请选择正确的判读：负面、中性或正面，有哪些原因，是不是垃圾信息。".to_owned(),
        Error::NoTheme(theme) => format!("没有“{theme}”这个原因。"),
        Error::TextChanged => "作者在您阅读之后改了内容，请重新看过再更正。".to_owned(),
        Error::NoCorrection => "还没有人更正或确认过这条提及。".to_owned(),
        Error::Store(_) => "数据库目前无法完成这个操作，请稍后再试。".to_owned(),
    }
}

fn ja(error: &Error) -> String {
    match error {
        Error::Name => "お名前を入力してください（1 行、80 文字まで）。".to_owned(),
        Error::NoIncident => "このインシデントは見つかりません。".to_owned(),
        Error::NoMention => "この投稿は見つかりません。".to_owned(),
        Error::Removed => "この投稿は投稿者またはプラットフォームの求めで削除されました。".to_owned(),
        Error::NoTicket(number) => format!("チケット {number} は見つかりません。"),
        Error::NoTopic(topic) => format!("トピック「{topic}」はありません。"),
        Error::NoSilence => "この通知停止は見つからないか、すでに終わっています。".to_owned(),
        Error::Acknowledged(by) => format!("{by} さんが確認済みです。"),
        Error::Resolved => "このインシデントはすでに終わっています。".to_owned(),
        Error::Solved(number) => format!("チケット {number} は解決済みです。先に再開してください。"),
        Error::Begun(number) => format!("チケット {number} は着手済みのため、新規には戻せません。"),
        Error::Already(number, now) => {
            format!("チケット {number} はすでに「{}」です。", state(*now, Locale::Ja))
        }
        Error::Note => "メモは 1〜5,000 文字で入力してください。".to_owned(),
        Error::Length => "通知停止は 1 分から 30 日までです。".to_owned(),
        Error::TooLong => "長すぎます。1 行、500 文字までです。".to_owned(),
        Error::Label => {
            "正しい判定を選んでください（ネガティブ・中立・ポジティブ、話題、迷惑投稿かどうか）。".to_owned()
        }
        Error::NoTheme(theme) => format!("話題「{theme}」はありません。"),
        Error::TextChanged => {
            "読まれたあとに投稿者が内容を変更しました。もう一度読んでから訂正してください。".to_owned()
        }
        Error::NoCorrection => "この投稿を訂正・確認した人はまだいません。".to_owned(),
        Error::Store(_) => "データベースが応答しません。しばらくしてからもう一度お試しください。".to_owned(),
    }
}
