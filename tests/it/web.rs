//! The pages, over HTTP, on each database.

use hearken::domain::{
    IncidentState, Label, MentionId, NativeId, Platform, RawMention, Sentiment, SourceName, TicketNumber, TicketState,
};
use hearken::store::{Page, SourceState, Store, TicketFilter};
use hearken::web::{self, Link, Web};
use reqwest::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, COOKIE, ETAG, HOST, IF_NONE_MATCH, LOCATION, ORIGIN, SET_COOKIE,
};
use reqwest::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::database::on_each;
use crate::seed;

/// The pages, being served.
pub(crate) struct Pages {
    base: String,
    client: reqwest::Client,
    stop: CancellationToken,
}

impl Pages {
    pub(crate) async fn serve(web: Web) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        tokio::spawn(web::serve(listener, web::router(web), stop.clone()));
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { base, client: client.build().expect("a client"), stop }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().await.expect("an answer")
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.expect("text")
    }

    /// Sends a form as the page does, under the name 小美.
    pub(crate) async fn post(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Response {
        let mut form = vec![("token", token), ("back", "/")];
        form.extend_from_slice(fields);
        let request = self.client.post(format!("{}{path}", self.base)).form(&form);
        request.header(COOKIE, "hearken_name=%E5%B0%8F%E7%BE%8E").send().await.expect("an answer")
    }

    /// The token that this process's forms carry.
    pub(crate) async fn token(&self) -> String {
        let page = self.text("/").await;
        let (_, rest) = page.split_once("name=\"token\" value=\"").expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

const ALWAYS: &[&str] = &[
    "/",
    "/topic/sprout-coffee",
    "/topic/sprout-coffee?period=7d",
    "/topic/leaf-tea?period=30d",
    "/share/group/drinks?period=7d",
    "/share/topic/sprout-coffee?period=30d",
    "/share/topic/sprout-coffee?format=csv",
    "/topic/sprout-coffee/query",
    "/topic/sprout-coffee/query?query=%E5%9A%AB%E8%8A%BD%20AND%20sentiment%3Anegative",
    "/topic/sprout-coffee/report?period=day",
    "/topic/sprout-coffee/report?format=csv",
    "/mentions",
    "/mentions?q=%E9%85%B8%E8%87%AD&topic=sprout-coffee&sentiment=negative&theme=quality&platform=ptt&language=zh-Hant&period=24h&originals=1&order=worst",
    "/mentions?page=3&sentiment=nonsense&story=x",
    "/corrections",
    "/corrections?aspect=themes&topic=sprout-coffee&differing=1&page=2",
    "/incidents",
    "/incidents?all=1&topic=sprout-coffee",
    "/tickets",
    "/tickets?state=all&who=nobody&topic=sprout-coffee",
    "/tickets?state=solved&who=me",
    "/sources",
    "/sources?period=7d",
    "/outbox",
    "/healthz",
    "/asset/style.css",
    "/asset/app.js",
    "/asset/icon.svg",
];

#[tokio::test]
async fn every_page_answers_when_there_is_nothing_and_when_there_is_much() {
    on_each(async |store: Store| {
        let pages = Pages::serve(seed::web(&store)).await;
        for path in ALWAYS {
            assert_eq!(pages.get(path).await.status(), StatusCode::OK, "{path}, empty");
        }
        assert!(pages.text("/").await.contains("目前沒有進行中的事件"));
        seed::fill(&store).await;
        let incident = format!("/incident/{}", seed::incident().id);
        for path in ALWAYS.iter().copied().chain([incident.as_str(), "/ticket/1", "/ticket/4", "/ticket/7"]) {
            for lang in ["zh-TW", "zh-CN", "en", "ja"] {
                let sign = if path.contains('?') { '&' } else { '?' };
                let answer = pages.get(&format!("{path}{sign}lang={lang}")).await;
                assert_eq!(answer.status(), StatusCode::OK, "{path} in {lang}");
            }
        }
        let page = pages.text("/").await;
        assert!(page.contains("Sprout Coffee 嫩芽咖啡：負面聲量突增"), "{page}");
        let page = pages.text(&incident).await;
        for told in ["49", "平常約 1.4", "<mark class=\"negative\"", "酸掉了", "coffee-care", "ops"] {
            assert!(page.contains(told), "{told} in {page}");
        }
        let picture = pages.get(&alert_picture(&pages).await).await;
        assert_eq!(picture.headers()[CONTENT_TYPE], "image/png");
    })
    .await;
}

#[tokio::test]
async fn topics_are_shown_beside_each_other_with_their_part_of_the_talk() {
    on_each(async |store: Store| {
        seed::fill(&store).await;
        let pages = Pages::serve(seed::web(&store)).await;
        let csv = pages.text("/share/group/drinks?period=30d&format=csv").await;
        let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
        assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ["sprout-coffee", "leaf-tea"]);
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let all: f64 = rows.iter().map(|row| number(row[1])).sum();
        for row in &rows {
            assert!(number(row[1]) > 0.0 && (number(row[2]) - number(row[1]) / all).abs() < 1e-4, "{row:?}");
            assert_eq!(row[3..7].iter().map(|part| number(part)).sum::<f64>(), number(row[1]), "{row:?}");
        }
        let page = pages.text("/share/topic/sprout-coffee?period=30d").await;
        assert!(page.contains("聲量占比") && page.contains("Leaf Tea"), "{page}");
        assert!(pages.text("/").await.contains("/share/group/drinks"));
        assert!(pages.text("/topic/sprout-coffee").await.contains("/share/topic/sprout-coffee"));
    })
    .await;
}

#[tokio::test]
async fn a_query_is_tried_on_its_page_and_changes_nothing() {
    on_each(async |store: Store| {
        seed::fill(&store).await;
        let pages = Pages::serve(seed::web(&store)).await;
        let query = |text: &str| {
            let pairs = [("lang", "en"), ("query", text)];
            format!(
                "/topic/sprout-coffee/query?{}",
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
            )
        };
        let page = pages.text(&query("酸掉 OR <b>bold")).await;
        assert!(page.contains("of the newest") && page.contains("<mark class=\"query\">酸掉</mark>"), "{page}");
        assert!(page.contains("酸掉 OR &lt;b&gt;bold</textarea>") && !page.contains("<b>bold"), "{page}");
        let page = pages.text(&query("酸掉 AND NOT 發票")).await;
        assert!(page.contains("Removed by NOT") && page.contains("<code>NOT 發票</code>"), "{page}");
        let page = pages.text(&query("(酸掉 OR <script>*")).await;
        assert!(page.contains("this bracket is never closed") && !page.contains("<script>*"), "{page}");
        let page = pages.text("/topic/sprout-coffee").await;
        assert!(page.contains("/topic/sprout-coffee/query"));
    })
    .await;
}

/// The picture of the alert on the outbox page.
async fn alert_picture(pages: &Pages) -> String {
    let page = pages.text("/outbox").await;
    let (_, rest) = page.split_once("<img src=\"").expect("a picture");
    rest.split('"').next().expect("an address").to_owned()
}

#[tokio::test]
async fn what_is_not_there_gets_a_page_that_says_so_in_the_visitors_language() {
    on_each(async |store: Store| {
        let pages = Pages::serve(seed::web(&store)).await;
        let unknown = "0".repeat(26);
        for path in [
            "/nowhere",
            "/share/group/nowhere",
            "/share/topic/nowhere",
            "/share/x/drinks",
            "/topic/nowhere",
            "/topic/..%2F..%2Fetc",
            "/ticket/99",
            "/ticket/x",
            "/asset/secret",
        ] {
            let answer = pages.get(path).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
            assert!(answer.text().await.expect("text").contains("找不到這個頁面"), "{path}");
        }
        assert_eq!(pages.get(&format!("/incident/{unknown}")).await.status(), StatusCode::NOT_FOUND);
        let english = pages.client.get(format!("{}/nowhere", pages.base)).header(ACCEPT_LANGUAGE, "en-GB,fr;q=0.2");
        assert!(english.send().await.expect("an answer").text().await.expect("text").contains("There is no such page"));
        let wrong = pages.client.put(format!("{}/tickets", pages.base)).send().await.expect("an answer");
        assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(wrong.text().await.expect("text").contains("<html"));
    })
    .await;
}

#[tokio::test]
async fn a_hostile_mention_is_shown_as_text_and_leads_nowhere() {
    on_each(async |store: Store| {
        let native = NativeId::new("evil\"><script>").expect("an id");
        let mut raw = RawMention::new(Platform::Ptt, native, seed::now());
        raw.author.name = "\u{202e}<img src=x onerror=alert(1)>\"'".to_owned();
        raw.title = "嫩芽</div><script>alert(1)</script>".to_owned();
        raw.text = "\"' onmouseover=\"alert(1) <b>粗</b>\u{2066}\u{0000}https://ok.example &amp; <!--".to_owned();
        raw.url = "javascript:alert(document.cookie)".to_owned();
        let post = seed::judge("sprout-coffee", "ptt/Coffee", raw, (Sentiment::Negative, "", "<b>粗"));
        let id = MentionId::of(Platform::Ptt, &post.raw.native_id);
        store.put_source(&post.source, Platform::Ptt, seed::now()).await.expect("put");
        store.put_judged(&[post], seed::now()).await.expect("put");
        let ticket =
            seed::desk(&store).open_ticket_from_mention(&id, None, "<i>小美</i>").await.expect("opened").ticket;
        let pages = Pages::serve(seed::web(&store)).await;
        let ticket = format!("/ticket/{}", ticket.number.value());
        let label = Label::Sentiment(Sentiment::Positive);
        seed::desk(&store).correct(&id, &[label], "", "<i>小美</i>\u{202e}").await.expect("corrected");
        let mention = format!("/mention/{id}");
        for path in [
            &mention,
            "/corrections",
            "/mentions?q=%3Cscript%3E%22%27",
            "/mentions",
            "/topic/sprout-coffee",
            "/tickets",
            "/",
            &ticket,
        ] {
            let page = pages.text(path).await;
            for raw in [
                "<script>alert",
                "<img src=x",
                "<b>粗",
                "javascript:",
                "<i>小美",
                "\u{202e}",
                "\u{2066}",
                "\" onmouseover",
            ] {
                assert!(!page.contains(raw), "{raw:?} in {path}");
            }
        }
        let page = pages.text("/mentions").await;
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        assert!(page.contains("無可開啟的連結"));
    })
    .await;
}

/// Every act there is.
fn acts() -> Vec<String> {
    let id = seed::incident().id;
    let mention = MentionId::of(Platform::Ptt, &NativeId::new("c9").expect("an id"));
    let of_incident = ["acknowledge", "resolve", "ticket"].map(|act| format!("/incident/{id}/{act}"));
    let others = [
        format!("/mention/{mention}/ticket"),
        format!("/mention/{mention}/correct"),
        "/silence".to_owned(),
        format!("/silence/{}/end", "0".repeat(26)),
        "/ticket/1/change".to_owned(),
        "/ticket/1/note".to_owned(),
        "/me".to_owned(),
    ];
    of_incident.into_iter().chain(others).collect()
}

#[tokio::test]
async fn an_act_without_this_process_token_or_from_another_site_is_refused() {
    on_each(async |store: Store| {
        seed::fill(&store).await;
        let pages = Pages::serve(seed::web(&store)).await;
        let token = pages.token().await;
        let tickets = store.tickets(&TicketFilter::default(), 100, 0).await.expect("read");
        for path in acts() {
            let answer = pages.post(&path, "guessed", &[("text", "x"), ("what", "state"), ("state", "solved")]).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
            for (name, value) in [(ORIGIN.as_str(), "http://evil.example"), ("sec-fetch-site", "cross-site")] {
                let form = [("token", token.as_str()), ("minutes", "60"), ("text", "x")];
                let request = pages.client.post(format!("{}{path}", pages.base)).form(&form).header(name, value);
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} with {name}: {value}");
            }
        }
        assert_eq!(store.tickets(&TicketFilter::default(), 100, 0).await.expect("read"), tickets);
        let incident = store.incident(&seed::incident().id).await.expect("read").expect("there");
        assert_eq!(incident.state, IncidentState::Open);
        assert!(store.silences(seed::now()).await.expect("read").is_empty());
        let rebound = pages.client.get(format!("{}/", pages.base)).header(HOST, "evil.example:8080");
        assert_eq!(rebound.send().await.expect("an answer").status(), StatusCode::FORBIDDEN, "a name that leads here");
    })
    .await;
}

#[tokio::test]
async fn an_operator_takes_an_incident_from_the_page_to_a_solved_ticket() {
    on_each(async |store: Store| {
        seed::fill(&store).await;
        let pages = Pages::serve(seed::web(&store)).await;
        let token = pages.token().await;
        let incident = format!("/incident/{}", seed::incident().id);
        let answer = pages.post(&format!("{incident}/acknowledge"), &token, &[("back", "/incidents")]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let opened = pages.post(&format!("{incident}/ticket"), &token, &[]).await;
        let to = opened.headers()[LOCATION].to_str().expect("ascii").to_owned();
        assert_eq!(to, "/ticket/8?done=opened");
        let again = pages.post(&format!("{incident}/ticket"), &token, &[]).await;
        assert_eq!(again.headers()[LOCATION], "/ticket/8?done=there");
        assert!(pages.text(&to).await.contains("工單已開。"));
        let assign = [("what", "assignee"), ("assignee", "阿宏")];
        assert_eq!(pages.post("/ticket/8/change", &token, &assign).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            pages.post("/ticket/8/note", &token, &[("text", "已下架 <b>")]).await.status(),
            StatusCode::SEE_OTHER
        );
        let solve = [("what", "state"), ("state", "solved")];
        assert_eq!(pages.post("/ticket/8/change", &token, &solve).await.status(), StatusCode::SEE_OTHER);
        let ticket = store.ticket(TicketNumber::new(8).expect("a number")).await.expect("read").expect("there");
        assert_eq!((ticket.state, ticket.assignee.as_str()), (TicketState::Solved, "阿宏"));
        assert_eq!(ticket.opened_by, "小美", "the cookie's name");
        let page = pages.text("/ticket/8").await;
        assert!(page.contains("已下架 &lt;b&gt;") && page.contains("處理中 → 已解決"), "{page}");
        let silence = [("topic", "sprout-coffee"), ("minutes", "60"), ("reason", "已公告")];
        assert_eq!(pages.post("/silence", &token, &silence).await.status(), StatusCode::SEE_OTHER);
        assert!(pages.text("/outbox").await.contains("已公告"));
        let second = pages.post(&format!("{incident}/acknowledge"), &token, &[]).await;
        assert_eq!(second.status(), StatusCode::CONFLICT);
        assert!(second.text().await.expect("text").contains("小美 已經確認過了。"));
        let wrong = pages.post("/ticket/8/change", &token, &[("what", "state"), ("state", "closed")]).await;
        assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn a_visitor_without_a_name_is_asked_for_it_once_on_a_page() {
    on_each(async |store: Store| {
        seed::fill(&store).await;
        let pages = Pages::serve(seed::web(&store)).await;
        let token = pages.token().await;
        // One field is the one in the bar, that tells who acts on any page.
        let fields = async |path: &str| pages.text(path).await.matches("name=\"by\"").count();
        let incident = format!("/incident/{}", seed::incident().id);
        assert_eq!(fields(&incident).await, 2);
        assert_eq!(fields("/ticket/1").await, 2);
        assert_eq!(fields("/mentions").await, 1);
        let page = pages.text("/mentions").await;
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let of_mentions: Vec<&str> = links.filter(|link| link.starts_with("/mention/")).collect();
        let corrects = *of_mentions.iter().find(|link| !link.contains("/ticket")).expect("a link");
        assert_eq!(fields(corrects).await, 2, "{corrects}");
        let asks = (*of_mentions.iter().find(|link| link.contains("/ticket")).expect("a link")).to_owned();
        assert_eq!(fields(&asks).await, 2, "{asks}");
        let act = asks.split('?').next().expect("a path").to_owned();
        let form = [("token", token.as_str()), ("back", "/"), ("by", "小美")];
        let post = async |path: &str, more: &[(&str, &str)]| {
            let form: Vec<_> = form.iter().chain(more).copied().collect();
            pages.client.post(format!("{}{path}", pages.base)).form(&form).send().await.expect("an answer")
        };
        assert_eq!(post(&act, &[]).await.headers()[LOCATION], "/ticket/8?done=opened");
        assert!(!pages.text(&asks).await.contains(&format!("action=\"{act}\"")), "it has its ticket");
        // What the browser sends of the one form: every field, and the button's.
        let fields = [("assignee", ""), ("state", "solved"), ("priority", "low"), ("text", ""), ("what", "take")];
        assert_eq!(post("/ticket/8/change", &fields).await.status(), StatusCode::SEE_OTHER);
        let ticket = store.ticket(TicketNumber::new(8).expect("a number")).await.expect("read").expect("there");
        assert_eq!((ticket.state, ticket.assignee.as_str()), (TicketState::Open, "小美"));
        let gone = format!("/mention/{}/ticket", "0".repeat(26));
        assert_eq!(pages.get(&gone).await.status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_usual_name_serves_until_a_visitor_tells_another() {
    on_each(async |store: Store| {
        seed::fill(&store).await;
        let pages = Pages::serve(seed::web(&store).with_usual_name("訪客")).await;
        let token = pages.token().await;
        let incident = format!("/incident/{}", seed::incident().id);
        assert_eq!(pages.text(&incident).await.matches("name=\"by\"").count(), 1);
        let act = format!("{}{incident}/acknowledge", pages.base);
        let answer = pages.client.post(act).form(&[("token", &token)]).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert!(!answer.headers().contains_key(SET_COOKIE), "nobody told it");
        assert_eq!(store.incident(&seed::incident().id).await.expect("read").expect("there").acknowledged_by, "訪客");
        assert_eq!(pages.post(&format!("{incident}/resolve"), &token, &[]).await.status(), StatusCode::SEE_OTHER);
        let moments = store.moments(&seed::incident().id).await.expect("read");
        assert!(moments.iter().any(|moment| moment.by == "小美"), "the cookie's name");
    })
    .await;
}

#[tokio::test]
async fn a_page_of_somebody_elses_stands_in_the_list_of_pages() {
    on_each(async |store: Store| {
        let link = Link { path: "/tickets", title: ["更多", "更多", "More", "もっと"] };
        let pages = Pages::serve(seed::web(&store).with_link(link)).await;
        let list = async |path: &str| {
            let page = pages.text(path).await;
            let (_, rest) = page.split_once("id=\"nav\"").expect("a list of pages");
            let (list, _) = rest.split_once("</nav>").expect("its end");
            list.rsplit_once("<a ").expect("a link").1.to_owned()
        };
        assert!(list("/").await.contains("更多") && !list("/").await.contains("aria-current"));
        assert!(list("/tickets?state=all").await.contains("aria-current=\"page\""));
    })
    .await;
}

#[tokio::test]
async fn answers_are_guarded_small_and_not_kept() {
    on_each(async |store: Store| {
        let pages = Pages::serve(seed::web(&store)).await;
        let answer = pages.get("/").await;
        let policy = answer.headers()["content-security-policy"].to_str().expect("ascii").to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let page = answer.text().await.expect("text");
        assert!(!page.contains(" style=\"") && !page.contains("<script>") && !page.contains(" onclick"));
        let (_, rest) = page.split_once("href=\"/asset/style.css").expect("a sheet");
        let sheet = format!("/asset/style.css{}", rest.split('"').next().expect("an address"));
        let answer = pages.get(&sheet).await;
        assert!(answer.headers()[CACHE_CONTROL].to_str().expect("ascii").contains("immutable"));
        let tag = answer.headers()[ETAG].clone();
        let again = pages.client.get(format!("{}{sheet}", pages.base)).header(IF_NONE_MATCH, tag);
        assert_eq!(again.send().await.expect("an answer").status(), StatusCode::NOT_MODIFIED);
        let packed = pages.client.get(format!("{}/", pages.base)).header("accept-encoding", "gzip");
        let packed = packed.send().await.expect("an answer");
        let plain = packed.content_length();
        assert!(plain.is_none(), "the client unpacks what was packed, so its length is not told");
        let token = pages.token().await;
        let long = "長".repeat(100_000);
        let answer = pages.post("/ticket/1/note", &token, &[("text", &long)]).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    })
    .await;
}

#[tokio::test]
#[ignore = "serves the filled pages for LOOK_SECONDS, to be looked at with a browser"]
async fn the_filled_pages_can_be_looked_at() {
    let store = Store::open("sqlite::memory:").await.expect("SQLite opens");
    if std::env::var_os("LOOK_EMPTY").is_none() {
        seed::fill(&store).await;
    }
    let address = std::env::var("LOOK_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8099".to_owned());
    let listener = TcpListener::bind(&address).await.expect("a port");
    let stop = CancellationToken::new();
    let seconds = std::env::var("LOOK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let ends = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
        ends.cancel();
    });
    web::serve(listener, web::router(seed::web(&store)), stop).await.expect("served");
}

#[tokio::test]
async fn a_source_that_no_topic_wants_is_left_and_a_file_owes_nothing() {
    on_each(async |store: Store| {
        seed::fill(&store).await;
        let file = SourceName::new("file/export.csv#1").expect("a name");
        let import =
            Page { platform: Platform::Ptt, mentions: &[], cursor: None, heard: None, due_at: seed::now(), detail: "" };
        store.put_page(&file, import, seed::now()).await.expect("put");
        let (drink, due) = (SourceName::new("ptt/Drink").expect("a name"), seed::now() - chrono::Duration::minutes(6));
        store.put_source_state(&drink, SourceState::Well, "", 0, due, seed::now()).await.expect("put");
        let pages = Pages::serve(seed::web(&store)).await;

        let overview = pages.text("/?lang=en").await;
        assert!(overview.contains("ptt/Lifeismoney") && !overview.contains("mastodon/g0v"), "{overview}");
        let page = pages.text("/sources?lang=en").await;
        let at = |name: &str| page.find(&format!("<strong>{name}")).unwrap_or_else(|| panic!("{name} in {page}"));
        let row = |name: &str| page.get(at(name)..).unwrap_or_default().split("</tr>").next().expect("a row");
        let order = ["ptt/Lifeismoney", "bluesky", "ptt/Drink", "file/export.csv#1", "mastodon/g0v.social/tag/咖啡"];
        assert!(order.map(at).is_sorted(), "{page}");
        let left = row("mastodon/g0v");
        assert!(left.contains("No longer listened to") && !left.contains("credential"), "{left}");
        assert!(row("ptt/Drink").contains("due now"), "{}", row("ptt/Drink"));
        let file = row("file/export");
        assert!(!file.contains("Heard") && !file.contains("due now") && !file.contains("No longer"), "{file}");
        for (lang, words) in [("zh-TW", "已不再收聽"), ("zh-CN", "已不再收听"), ("ja", "受信を終了")] {
            assert!(pages.text(&format!("/sources?lang={lang}")).await.contains(words), "{lang}");
        }
    })
    .await;
}
