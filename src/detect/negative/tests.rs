//! What the detector says of labelled series, and what it must never do.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

/// Monday 2025-01-06 00:00 UTC.
const MONDAY: i64 = 1_736_121_600_000;
const DAY: i64 = 288;

fn bucket(i: i64) -> Bucket {
    Bucket::of_millis(MONDAY + i * Bucket::MILLIS)
}

fn heard(i: i64, mentions: i64, negative: i64) -> Heard {
    let slot = u8::try_from(i.rem_euclid(7 * DAY) / 12).expect("below 168");
    Heard { bucket: bucket(i), slot, mentions, negative, heard: 1.0, voices: None }
}

/// A labelled series: buckets, and the place of each labelled one.
fn series(text: &str) -> (Vec<Heard>, Vec<i64>) {
    let mut labelled = Vec::new();
    let line = |(i, line): (i64, &str)| {
        let mut words = line.splitn(3, ' ');
        let number = |word: Option<&str>| word.and_then(|word| word.parse().ok());
        let (mentions, negative) = (number(words.next()), number(words.next()));
        if words.next().is_some() {
            labelled.push(i);
        }
        let unheard = Heard { heard: 0.0, ..heard(i, 0, 0) };
        mentions.zip(negative).map_or(unheard, |(mentions, negative)| heard(i, mentions, negative))
    };
    let buckets = (0i64..).zip(text.lines()).map(line).collect();
    (buckets, labelled)
}

fn findings(began: Bucket, buckets: &[Heard]) -> Vec<Finding> {
    let mut detector = Negative::new(began);
    buckets.iter().filter_map(|heard| detector.judge(heard, Sensitivity::default())).collect()
}

fn news(findings: &[Finding]) -> Vec<News> {
    findings.iter().map(|finding| finding.news).filter(|news| *news != News::GoesOn).collect()
}

macro_rules! fixture {
    ($name:literal) => {
        series(include_str!(concat!("../../../tests/fixtures/series/", $name, ".txt")))
    };
}

#[test]
fn a_crisis_opens_one_incident_in_its_first_hour_and_resolves_after_it() {
    let (buckets, labelled) = fixture!("crisis");
    let (start, end) = (bucket(labelled[0]), bucket(labelled[labelled.len() - 1]));
    let found = findings(bucket(0), &buckets);
    let told = news(&found);
    assert_eq!((told.first(), told.last()), (Some(&News::Opened), Some(&News::Resolved)), "{told:?}");
    assert_eq!(told.iter().filter(|news| **news == News::Opened).count(), 1);
    let opened = &found[0];
    assert!(opened.observation.to >= start && opened.observation.to <= start.plus(12), "{opened:?}");
    assert!(opened.first >= start.plus(-6) && opened.first <= opened.observation.to, "{opened:?}");
    let resolved = found.last().expect("resolved");
    assert!(resolved.last <= end.plus(24) && resolved.severity >= Severity::Warning, "{resolved:?}");
}

#[test]
fn what_flaps_stays_one_incident() {
    let (buckets, _) = fixture!("flapping");
    let found = findings(bucket(0), &buckets);
    assert_eq!(news(&found).iter().filter(|news| **news == News::Opened).count(), 1);
    assert!(found.iter().all(|finding| finding.first == found[0].first));
}

#[test]
fn praise_a_proportional_surge_a_gap_and_a_backlog_open_none() {
    for (name, (buckets, labelled)) in [
        ("praise", fixture!("praise")),
        ("surge", fixture!("surge")),
        ("gap", fixture!("gap")),
        ("backlog", fixture!("backlog")),
    ] {
        assert!(!labelled.is_empty());
        assert_eq!(findings(bucket(0), &buckets), [], "{name}");
    }
}

#[test]
fn what_came_before_the_topic_was_listened_to_never_alarms_but_teaches() {
    let (buckets, labelled) = fixture!("crisis");
    let began = bucket(labelled[labelled.len() - 1] + 1);
    assert_eq!(findings(began, &buckets), []);
    let mut detector = Negative::new(began);
    for heard in &buckets {
        detector.judge(heard, Sensitivity::default());
    }
    assert!(detector.baseline().hours() > 400.0);
}

#[test]
fn one_loud_author_opens_none_and_many_do() {
    let (mut buckets, labelled) = fixture!("crisis");
    let quiet: i64 = labelled[0];
    let voiced = |by: &dyn Fn(i64, u32) -> Vec<(u64, u32)>, buckets: &mut [Heard]| {
        for (i, heard) in (0i64..).zip(buckets) {
            heard.voices = Some(by(i, u32::try_from(heard.negative).unwrap_or_default()));
        }
    };
    let usual = |i: i64, n: u32| (0..n).map(|j| (i.unsigned_abs() * 100 + u64::from(j), 1)).collect::<Vec<_>>();
    voiced(&|i, n| if i >= quiet { vec![(7, n)] } else { usual(i, n) }, &mut buckets);
    assert_eq!(findings(bucket(0), &buckets), []);
    voiced(&usual, &mut buckets);
    assert_eq!(news(&findings(bucket(0), &buckets)).first(), Some(&News::Opened));
}

#[test]
fn nothing_is_unusual_on_the_first_day() {
    let buckets: Vec<Heard> = (0..DAY).map(|i| heard(i, 5, if i > 200 { 5 } else { 0 })).collect();
    assert_eq!(findings(bucket(0), &buckets), []);
}

#[test]
fn half_heard_is_expected_half() {
    // Half of the sources are deaf from the fifteenth day on: half as many mentions, the same share.
    let (buckets, _) = fixture!("gap");
    let halved: Vec<Heard> = (0i64..)
        .zip(&buckets)
        .map(|(i, heard)| match i {
            0..4_032 => heard.clone(),
            _ => Heard {
                mentions: heard.mentions / 2,
                negative: heard.negative / 2,
                heard: heard.heard / 2.0,
                ..heard.clone()
            },
        })
        .collect();
    let mut detector = Negative::new(bucket(0));
    let mut level = Vec::new();
    for heard in &halved {
        assert_eq!(detector.judge(heard, Sensitivity::default()), None);
        level.push(detector.baseline().usual(60).mentions);
    }
    let (before, after) = (level[4_000], level[level.len() - 1]);
    assert!((after / before - 1.0).abs() < 0.35, "{before} became {after}");
}

#[test]
fn an_open_incident_teaches_the_baseline_nothing() {
    let (buckets, labelled) = fixture!("crisis");
    let mut detector = Negative::new(bucket(0));
    let mut shares = Vec::new();
    for heard in &buckets {
        detector.judge(heard, Sensitivity::default());
        shares.push(detector.baseline().usual(0).share);
    }
    let before = shares[usize::try_from(labelled[0]).expect("a place")];
    let after = shares[shares.len() - 1];
    assert!((after / before - 1.0).abs() < 0.3, "{before} became {after}");
}

#[test]
fn quiet_topics_of_every_size_keep_the_stated_rate() {
    let mut random = StdRng::seed_from_u64(20_260_801);
    let (mut opened, mut months) = (0, 0.0);
    for a_day in [10.0, 100.0, 1_000.0, 5_000.0] {
        let days = 74;
        let mut detector = Negative::new(bucket(14 * DAY));
        for i in 0..days * DAY {
            let mean = a_day / DAY as f64;
            // A sum of chances: Poisson as nearly as a test needs, and never more than forty.
            let mentions = (0..40).filter(|_| random.random_bool((mean / 40.0).min(1.0))).count() as i64;
            let negative = (0..mentions).filter(|_| random.random_bool(0.12)).count() as i64;
            let finding = detector.judge(&heard(i, mentions, negative), Sensitivity::default());
            opened += i32::from(finding.is_some_and(|finding| finding.news == News::Opened));
        }
        months += f64::from(i32::try_from(days).expect("few") - 14) / 30.0;
    }
    assert!(f64::from(opened) <= months, "{opened} false alarms in {months} topic-months");
}

/// Random days with random outbursts, deaf stretches and holes.
fn restless() -> impl Strategy<Value = Vec<Heard>> {
    (any::<u64>(), 2i64..4).prop_map(|(seed, days)| {
        let mut random = StdRng::seed_from_u64(seed);
        let mut burst = 0;
        let mut buckets = Vec::new();
        for i in 0..days * DAY {
            burst = if random.random_bool(0.01) { random.random_range(3..30) } else { (burst - 1).max(0) };
            let mentions = random.random_range(0..6) + if burst > 0 { random.random_range(0..20) } else { 0 };
            let negative = if burst > 0 { random.random_range(0..=mentions) } else { mentions / 4 };
            let share = if random.random_bool(0.05) { 0.0 } else { random.random_range(0.2..=1.0) };
            if !random.random_bool(0.02) {
                let voices = random.random_bool(0.5).then(|| vec![(random.random_range(0..9), 1)]);
                buckets.push(Heard { heard: share, voices, ..heard(i, mentions, negative) });
            }
        }
        buckets
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn alerts_on_a_prefix_are_a_prefix_of_the_alerts(buckets in restless(), cut in 0.0..1.0f64) {
        let all = findings(bucket(0), &buckets);
        let cut = (buckets.len() as f64 * cut) as usize;
        let first = findings(bucket(0), &buckets[..cut]);
        prop_assert!(first.len() <= all.len());
        prop_assert_eq!(&first[..], &all[..first.len()]);
    }

    #[test]
    fn a_memory_that_was_written_and_read_judges_as_if_it_had_not_been(buckets in restless(), every in 50usize..400) {
        let mut detector = Negative::new(bucket(0));
        let mut found = Vec::new();
        for part in buckets.chunks(every) {
            let bytes = rmp_serde::to_vec(&detector).expect("written");
            detector = rmp_serde::from_slice(&bytes).expect("read");
            found.extend(part.iter().filter_map(|heard| detector.judge(heard, Sensitivity::default())));
        }
        prop_assert_eq!(found, findings(bucket(0), &buckets));
    }

    #[test]
    fn every_incident_is_opened_once_and_closed_before_the_next(buckets in restless()) {
        let mut open: Option<Bucket> = None;
        for finding in findings(bucket(0), &buckets) {
            match finding.news {
                News::Opened | News::Reopened => {
                    prop_assert_eq!(open, None);
                    open = Some(finding.first);
                }
                News::Risen | News::GoesOn => prop_assert_eq!(open, Some(finding.first)),
                News::Resolved => {
                    prop_assert_eq!(open, Some(finding.first));
                    open = None;
                }
            }
            prop_assert!(finding.first <= finding.last && finding.observation.from <= finding.observation.to);
        }
    }
}
