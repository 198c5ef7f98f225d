//! One alert that tests compose, draw and send.

use crate::domain::time::timestamp;
use crate::domain::{
    Alert, AlertId, Bucket, Curve, CurvePoint, Incident, IncidentId, IncidentKind, IncidentState, Interval, MentionId,
    NativeId, News, Observation, Platform, Sentiment, Severity, Theme, TopicName, WorstMention,
};

/// 2026-11-23 14:05 in Taipei.
const SINCE: i64 = 1_795_413_900_000;
const QUARTER: i64 = 900_000;

/// A topic in the middle of a crisis: spoilt milk, many reposts, one source deaf in the morning.
pub(crate) fn crisis() -> Alert {
    let topic = TopicName::new("sprout-coffee").expect("valid");
    let first = Bucket::of_millis(SINCE);
    let id = IncidentId::of(&topic, IncidentKind::Negative, first);
    Alert {
        id: AlertId::of(&id, News::Opened, 1),
        news: News::Opened,
        number: 1,
        at: timestamp(SINCE + 1_860_000),
        title: "Sprout Coffee 嫩芽咖啡".to_owned(),
        zone: "Asia/Taipei".to_owned(),
        page: format!("https://hearken.example/incident/{id}"),
        incident: incident(&id, &topic, first),
        topic,
        own_themes: Vec::new(),
        themes: [("quality", 31), ("refund", 12), ("service", 5)]
            .map(|(name, count)| (Theme::new(name).expect("valid"), count))
            .to_vec(),
        worst: worst(),
        curve: curve(),
        gaps: vec![Interval { from: timestamp(SINCE - 21_600_000), to: timestamp(SINCE - 14_400_000) }],
    }
}

fn incident(id: &IncidentId, topic: &TopicName, first: Bucket) -> Incident {
    let seen = Observation {
        from: first,
        to: first.plus(5),
        mentions: 69,
        negative: 42,
        authors: 37,
        usual_negative: 3.1,
        usual_mentions: 26.0,
        usual_share: 0.12,
        count_tail: 2.0e-15,
        share_tail: 4.1e-12,
        heard: 1.0,
    };
    Incident {
        id: id.clone(),
        topic: topic.clone(),
        kind: IncidentKind::Negative,
        state: IncidentState::Open,
        severity: Severity::Critical,
        first,
        last: first.plus(5),
        opened_at: timestamp(SINCE + 1_850_000),
        resolved_at: None,
        acknowledged_by: String::new(),
        opening: seen.clone(),
        peak: seen,
        worst: worst().into_iter().map(|worst| worst.id).collect(),
    }
}

fn worst() -> Vec<WorstMention> {
    let said = [
        (Platform::Ptt, "milkman", "今天在嫩芽咖啡買的拿鐵，牛奶是酸的！！退費還要等 14 天 <誇張>", 9),
        (Platform::Mastodon, "amy", "Sprout Coffee sold me sour milk & nobody answers the phone", 2),
        (Platform::Bluesky, "kenji.example", "コーヒーの牛乳が腐ってた。二度と行かない", 0),
    ];
    said.into_iter()
        .enumerate()
        .map(|(place, (platform, author, text, spread))| WorstMention {
            id: MentionId::of(platform, &NativeId::new(place.to_string()).expect("valid")),
            platform,
            author: author.to_owned(),
            url: format!("https://example.org/{}/{place}?a=1&b=2", platform.as_str()),
            text: text.to_owned(),
            spread,
            sentiment: Sentiment::Negative,
        })
        .collect()
}

/// A day in quarters of an hour: an ordinary day, two deaf hours, then the surge.
fn curve() -> Curve {
    let start = SINCE / QUARTER * QUARTER - 94 * QUARTER;
    let gap = Interval { from: timestamp(start + 66 * QUARTER), to: timestamp(start + 74 * QUARTER) };
    let points = (0..96).map(|i| {
        let hour = (i as f64 / 4.0 + 14.5) % 24.0;
        let busy = 1.0 + 0.9 * ((hour - 9.0) / 24.0 * std::f64::consts::TAU).sin();
        let usual_negative = 0.3 + 1.2 * busy;
        let wobble = [0, 2, 1, 3, 0, 1, 2, 0, 4, 1][i as usize % 10];
        let surge = [0, 0, 14, 28][usize::try_from((i - 92).clamp(0, 3)).unwrap_or(0)];
        let heard = !(66..74).contains(&i);
        let negative = if heard { (busy * 0.8) as i64 + wobble / 3 + surge } else { 0 };
        let mentions = if heard { negative + (busy * 7.0) as i64 + wobble } else { 0 };
        CurvePoint { at: Bucket::of_millis(start + i * QUARTER), mentions, negative, usual_negative }
    });
    Curve { width_ms: QUARTER, points: points.collect(), gaps: vec![gap], since: Some(timestamp(SINCE)) }
}
