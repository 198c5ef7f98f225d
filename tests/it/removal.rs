//! A post that is taken down is forgotten everywhere, also where it was quoted.

use hearken::domain::{Change, MentionId, NativeId, Platform, RawMention, Sentiment};

use crate::database::on_each;
use crate::seed;

#[tokio::test]
async fn what_was_taken_down_is_quoted_nowhere_any_more() {
    on_each(|store| async move {
        seed::fill(&store).await;
        let id = MentionId::of(Platform::Ptt, &NativeId::new("c2").expect("an id"));
        let said = store.mention(&id).await.expect("read").expect("held").raw;
        let incident = seed::incident().id;
        let quoted = |alerts: Vec<hearken::domain::Alert>| {
            let worst: Vec<_> = alerts.into_iter().flat_map(|alert| alert.worst).collect();
            (
                worst.iter().any(|worst| said.text.starts_with(&worst.text) && worst.author == said.author.name),
                worst.len(),
            )
        };
        assert_eq!(quoted(store.alerts_of(&incident).await.expect("read")), (true, 3));
        let ticket = store.tickets_of_mentions(std::slice::from_ref(&id)).await.expect("read").remove(0);
        assert!(ticket.title.chars().count() > 10, "{}", ticket.title);

        let mut gone = RawMention::new(said.platform, said.native_id.clone(), said.posted_at);
        gone.change = Change::Removed;
        let mut entry = seed::judge("sprout-coffee", "ptt/Coffee", gone, (Sentiment::Neutral, "", ""));
        (entry.judgement, entry.keys, entry.matched) = (None, None, Vec::new());
        assert_eq!(store.put_judged(&[entry], seed::now()).await.expect("put").removed, 1);

        assert_eq!(quoted(store.alerts_of(&incident).await.expect("read")), (false, 2), "the others stay");
        let after = store.ticket(ticket.number).await.expect("read").expect("there");
        assert_eq!((after.title.as_str(), after.state, after.mention), ("PTT", ticket.state, Some(id)));
        let opened = store.ticket_events(ticket.number).await.expect("read").remove(0);
        assert_eq!((opened.what.as_str(), opened.detail.as_str()), ("opened", "PTT"));
    })
    .await;
}
