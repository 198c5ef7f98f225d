//! What an operator can do, on each database.

use chrono::Duration;
use hearken::desk::Error;
use hearken::domain::{IncidentId, IncidentState, MentionId, NativeId, Platform, Priority, Sentiment, TicketState};
use hearken::store::{IncidentFilter, Store, TicketFilter};

use crate::database::on_each;
use crate::seed;

async fn with_incident(store: &Store) -> IncidentId {
    seed::put_incident(store, seed::incident()).await;
    seed::incident().id
}

async fn with_mention(store: &Store) -> MentionId {
    let said = (Sentiment::Negative, "refund", "退費");
    let post = seed::judged(
        "sprout-coffee",
        "ptt/Coffee",
        Platform::Ptt,
        "m1",
        "amy",
        "嫩芽咖啡一直不處理退費",
        said,
        seed::now(),
    );
    store.put_judged(&[post], seed::now()).await.expect("put");
    MentionId::of(Platform::Ptt, &NativeId::new("m1").expect("an id"))
}

#[tokio::test]
async fn the_same_incident_and_the_same_mention_have_one_ticket_each() {
    on_each(async |store: Store| {
        let desk = seed::desk(&store);
        let incident = with_incident(&store).await;
        let first = desk.open_ticket_from_incident(&incident, "小美").await.expect("opened");
        assert!(first.new);
        assert_eq!(first.ticket.priority, Priority::Urgent, "a critical incident is urgent");
        assert_eq!(first.ticket.title, "Sprout Coffee 嫩芽咖啡：負面聲量突增，30 分鐘 49 則（平常約 1.4 則）");
        let again = desk.open_ticket_from_incident(&incident, "阿宏").await.expect("opened");
        assert!(!again.new);
        assert_eq!(again.ticket, first.ticket);
        let mention = with_mention(&store).await;
        let other = desk.open_ticket_from_mention(&mention, None, "小美").await.expect("opened");
        assert!(other.new && other.ticket.number > first.ticket.number);
        assert!(!desk.open_ticket_from_mention(&mention, None, "小美").await.expect("opened").new);
        let timeline = store.moments(&incident).await.expect("read");
        let lines: Vec<&str> = timeline.iter().filter(|m| m.what == "ticket").map(|m| m.by.as_str()).collect();
        assert_eq!(lines, ["小美"], "one line for one ticket");
        assert_eq!(store.tickets(&TicketFilter::default(), 10, 0).await.expect("read").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn tickets_opened_at_once_have_numbers_of_their_own() {
    on_each(async |store: Store| {
        let said = (Sentiment::Negative, "", "");
        let post = |n: i32| {
            let id = format!("p{n}");
            let text = format!("嫩芽咖啡的第 {n} 種抱怨，每一則都不一樣 {}", "長".repeat(n as usize));
            seed::judged("sprout-coffee", "ptt/Coffee", Platform::Ptt, &id, &id, &text, said, seed::now())
        };
        let posts: Vec<_> = (0..6).map(post).collect();
        store.put_judged(&posts, seed::now()).await.expect("put");
        let mut running = tokio::task::JoinSet::new();
        for n in 0..12 {
            let desk = seed::desk(&store);
            let id = MentionId::of(Platform::Ptt, &NativeId::new(format!("p{}", n % 6)).expect("an id"));
            running.spawn(async move {
                desk.open_ticket_from_mention(&id, None, "小美").await.expect("opened").ticket.number
            });
        }
        let mut numbers = running.join_all().await;
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.iter().map(|n| n.value()).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    })
    .await;
}

#[tokio::test]
async fn a_ticket_moves_on_and_its_history_tells_who_did_what() {
    on_each(async |store: Store| {
        let desk = seed::desk(&store);
        let mention = with_mention(&store).await;
        let number = desk.open_ticket_from_mention(&mention, None, "小美").await.expect("opened").ticket.number;
        assert_eq!(desk.assign(number, " 阿宏 ", "小美").await.expect("assigned").state, TicketState::Open);
        desk.note(number, "已私訊\r\n等發票", "阿宏").await.expect("noted");
        desk.set_priority(number, Priority::High, "阿宏").await.expect("set");
        desk.set_priority(number, Priority::High, "阿宏").await.expect("the same again changes nothing");
        let solved = desk.set_state(number, TicketState::Solved, "阿宏").await.expect("solved");
        assert_eq!(solved.solved_at, Some(seed::now()));
        let told: Vec<(String, String, String)> = store
            .ticket_events(number)
            .await
            .expect("read")
            .into_iter()
            .map(|event| (event.what, event.by, event.detail))
            .collect();
        let told: Vec<(&str, &str, &str)> = told.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        assert_eq!(
            told,
            [
                ("opened", "小美", "PTT：嫩芽咖啡一直不處理退費"),
                ("assigned", "小美", "- → 阿宏"),
                ("state", "小美", "new → open"),
                ("note", "阿宏", "已私訊\n等發票"),
                ("priority", "阿宏", "normal → high"),
                ("state", "阿宏", "open → solved"),
            ]
        );
        assert!(matches!(desk.assign(number, "小美", "小美").await, Err(Error::Solved(_))));
        assert!(matches!(desk.set_state(number, TicketState::Solved, "小美").await, Err(Error::Already(..))));
        assert!(matches!(desk.set_state(number, TicketState::New, "小美").await, Err(Error::Begun(_))));
        assert_eq!(desk.set_state(number, TicketState::Open, "小美").await.expect("open again").solved_at, None);
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    on_each(async |store: Store| {
        let desk = seed::desk(&store);
        let incident = with_incident(&store).await;
        assert!(matches!(desk.acknowledge(&incident, "  ").await, Err(Error::Name)));
        let unknown = IncidentId::new("0".repeat(26)).expect("an id");
        assert!(matches!(desk.acknowledge(&unknown, "小美").await, Err(Error::NoIncident)));
        assert!(matches!(desk.open_ticket_from_incident(&unknown, "小美").await, Err(Error::NoIncident)));
        let nothing = MentionId::new("0".repeat(26)).expect("an id");
        assert!(matches!(desk.open_ticket_from_mention(&nothing, None, "小美").await, Err(Error::NoMention)));
        let number = hearken::domain::TicketNumber::new(9).expect("a number");
        assert!(matches!(desk.note(number, "?", "小美").await, Err(Error::NoTicket(_))));
        let hour = Duration::hours(1);
        let nowhere = hearken::domain::TopicName::new("nowhere").expect("a name");
        assert!(matches!(desk.silence(Some(&nowhere), hour, "小美", "").await, Err(Error::NoTopic(_))));
        assert!(matches!(desk.silence(None, Duration::days(31), "小美", "").await, Err(Error::Length)));
        assert!(matches!(desk.silence(None, Duration::seconds(5), "小美", "").await, Err(Error::Length)));
        assert!(matches!(desk.silence(None, hour, "小美", &"長".repeat(501)).await, Err(Error::TooLong)));
        assert_eq!(store.moments(&incident).await.expect("read").len(), 1, "only its opening");
        assert!(store.silences(seed::now()).await.expect("read").is_empty());
        assert!(store.tickets(&TicketFilter::default(), 10, 0).await.expect("read").is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_incident_is_acknowledged_once_and_resolved_once() {
    on_each(async |store: Store| {
        let desk = seed::desk(&store);
        let id = with_incident(&store).await;
        let seen = desk.acknowledge(&id, "小美").await.expect("acknowledged");
        assert_eq!((seen.state, seen.acknowledged_by.as_str()), (IncidentState::Acknowledged, "小美"));
        let second = desk.acknowledge(&id, "阿宏").await.expect_err("refused");
        assert_eq!(second.say(hearken::domain::Locale::ZhTw), "小美 已經確認過了。");
        assert_eq!(desk.resolve(&id, "小美").await.expect("resolved").state, IncidentState::Resolved);
        assert!(matches!(desk.resolve(&id, "小美").await, Err(Error::Resolved)));
        assert!(matches!(desk.acknowledge(&id, "小美").await, Err(Error::Resolved)));
        let open = IncidentFilter { unresolved_only: true, ..IncidentFilter::default() };
        assert!(store.incidents(&open, 10, 0).await.expect("read").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_silence_asked_for_twice_is_one_and_ends_when_told() {
    on_each(async |store: Store| {
        let desk = seed::desk(&store);
        let id = with_incident(&store).await;
        let topic = seed::coffee();
        let hour = Duration::hours(1);
        let first = desk.silence(Some(&topic), hour, "小美", "已聯絡供應商").await.expect("silenced");
        let again = desk.silence(Some(&topic), hour, "阿宏", "").await.expect("silenced");
        assert_eq!(again, first, "a button pressed twice");
        let longer = desk.silence(Some(&topic), hour * 4, "阿宏", "").await.expect("silenced");
        assert_ne!(longer.id, first.id);
        assert!(store.silences(seed::now()).await.expect("read").iter().all(|s| s.hushes(&topic, seed::now())));
        desk.end_silence(&first.id, "小美").await.expect("ended");
        desk.end_silence(&longer.id, "小美").await.expect("ended");
        assert!(matches!(desk.end_silence(&first.id, "小美").await, Err(Error::NoSilence)));
        let words: Vec<String> = store.moments(&id).await.expect("read").into_iter().map(|m| m.what).collect();
        let count = |word: &str| words.iter().filter(|what| *what == word).count();
        assert_eq!((count("silenced"), count("opened")), (2, 1));
        assert!(count("unsilenced") >= 1);
    })
    .await;
}
