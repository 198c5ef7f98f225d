//! The demo's own page: where the story stands, and what would be sent to Telegram, with buttons that work.
//!
//! In: the phone and the director. Out: one more page under the guards of all pages.
//! Never: acts by itself: a press goes the way of Telegram to the bot.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, PreEscaped, html};

use super::director::{Scene, Told};
use super::phone::{Phone, Shown};
use crate::alert::words::Texts;
use crate::domain::Timestamp;
use crate::web::layout::more_page;
use crate::web::{self, Link, Shared, Visitor, Web};

const TITLE: Texts = ["劇情與手機", "剧情与手机", "Story and phone", "物語と電話"];

struct Stage {
    phone: Arc<Phone>,
    told: Told,
}

/// All pages, and the demo's.
pub(super) fn router(pages: Web, phone: Arc<Phone>, told: Told) -> Router {
    let stage = Arc::new(Stage { phone: phone.clone(), told });
    let more: Router<Shared> = Router::new()
        .route("/demo/phone", get(show))
        .route("/demo/style.css", get(style))
        .layer(Extension(stage))
        .merge(phone.page_router().with_state(()));
    web::router_with(pages.with_link(Link { path: "/demo/phone", title: TITLE }), more)
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")).into_response()
}

async fn show(State(web): State<Shared>, Extension(stage): Extension<Arc<Stage>>, visitor: Visitor) -> Markup {
    let inside = html! {
        link rel="stylesheet" href="/demo/style.css";
        div.head { h1 { (visitor.say(TITLE)) } }
        div.demo #demo data-live {
            section.story { (story(&stage.told, &visitor)) }
            section.phone aria-label="Telegram" { (chat(&stage.phone, &visitor)) }
        }
    };
    more_page(&web, &visitor, TITLE, inside).await
}

/// The story's parts, each with whether it has happened.
fn story(told: &Told, visitor: &Visitor) -> Markup {
    let (plot, now) = (told.story(), visitor.now);
    let parts: [(Timestamp, Texts); 5] =
        [(plot.start, ORDINARY), (plot.praise, PRAISE), (plot.deaf.from, DEAF), (plot.crisis, CRISIS), (plot.end, END)];
    let clock = now.with_timezone(&chrono_tz::Asia::Taipei).format("%m/%d %H:%M").to_string();
    let state = match told.scene() {
        Scene::Weeks => WEEKS,
        Scene::Crisis => HOURS,
        Scene::After => AFTER,
    };
    html! {
        p.demo-clock { strong { (clock) } " " span.muted { (visitor.say(state)) } }
        ol.beats {
            @for (at, text) in parts {
                li.past[at <= now] {
                    time.small.muted { (at.with_timezone(&chrono_tz::Asia::Taipei).format("%m/%d %H:%M").to_string()) }
                    " " (visitor.say(text))
                }
            }
        }
        p.small.muted { (visitor.say(ABOUT)) }
    }
}

fn chat(phone: &Phone, visitor: &Visitor) -> Markup {
    let messages = phone.messages();
    html! {
        p.phone-top { "hearken_demo_bot" }
        div.chat {
            @if messages.is_empty() { p.muted.small { (visitor.say(QUIET)) } }
            @for shown in messages.iter().rev().take(20) { (bubble(shown)) }
        }
        @let answer = phone.last_answer();
        @if !answer.is_empty() { p.toast role="status" { (answer) } }
    }
}

/// One message. Its text is Telegram's HTML, which our own renderer has escaped.
fn bubble(shown: &Shown) -> Markup {
    html! {
        article.bubble {
            @if shown.picture.is_some() {
                img src=(format!("/demo/phone/picture/{}", shown.id)) alt="" width="800" height="420" loading="lazy";
            }
            div.said { (PreEscaped(&shown.html)) }
            p.small.muted {
                time { (shown.at.with_timezone(&chrono_tz::Asia::Taipei).format("%m/%d %H:%M").to_string()) }
                @if shown.edited { " ✎" }
            }
            @if !shown.buttons.is_empty() {
                div.keys {
                    @for (place, (text, data)) in shown.buttons.iter().enumerate() {
                        @if !data.is_empty() {
                            form method="post" action=(format!("/demo/phone/press/{}/{place}", shown.id)) { button type="submit" { (text) } }
                        }
                    }
                }
            }
        }
    }
}

const WEEKS: Texts = ["三週的日常正在快轉", "三周的日常正在快进", "three weeks pass", "三週間が早送り中"];
const HOURS: Texts = ["最後幾個小時", "最后几个小时", "the last hours", "最後の数時間"];
const AFTER: Texts = [
    "劇情結束，頁面都還能操作",
    "剧情结束，页面都还能操作",
    "the story is told; every page still works",
    "物語は終わり、画面はそのまま使えます",
];
const ORDINARY: Texts = [
    "三個品牌的日常：稱讚、提問、抱怨",
    "三个品牌的日常：称赞、提问、抱怨",
    "Ordinary talk about three brands",
    "三つのブランドの日常的な会話",
];
const PRAISE: Texts = [
    "嫩芽咖啡店員撐傘的影片爆紅：聲量暴增，但不是危機，不該響",
    "嫩芽咖啡店员撑伞的视频走红：声量暴增，但不是危机，不该响",
    "A film of a kind barista goes round: much talk, no crisis, no alarm",
    "親切な店員の動画が話題に：会話は急増、でも危機ではないので鳴らない",
];
const DEAF: Texts = [
    "Nimbus 的來源斷線 16 小時：空白不是零，也不該響",
    "Nimbus 的来源断线 16 小时：空白不是零，也不该响",
    "Nimbus's sources fail for 16 hours: a gap is not a zero, no alarm",
    "Nimbus の情報源が 16 時間途絶：欠落はゼロではなく、鳴らない",
];
const CRISIS: Texts = [
    "瓶裝冷萃發霉：客訴與轉傳湧入，該通知值班同仁",
    "瓶装冷萃发霉：投诉与转发涌入，该通知值班同事",
    "Mould in the bottled cold brew: complaints and reposts; the care team is told",
    "瓶入りコールドブリューにカビ：苦情と拡散、担当者に通知",
];
const END: Texts = ["現在", "现在", "now", "現在"];
const QUIET: Texts = ["還沒有警報。", "还没有警报。", "No alert yet.", "まだ通知はありません。"];
const ABOUT: Texts = [
    "所有訊息都經由真正的收集、判讀、偵測、通知流程；只有平台與 Telegram 是本機的替身，按鈕真的有作用。",
    "所有消息都经由真正的收集、判读、侦测、通知流程；只有平台与 Telegram 是本机的替身，按钮真的有作用。",
    "Everything goes the real way from collecting to telling; only the platforms and Telegram are stand-ins on this machine. The buttons work.",
    "収集から通知まで本物の処理です。プラットフォームと Telegram だけがこの機械上の代役で、ボタンは実際に動きます。",
];
