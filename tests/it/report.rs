//! Reports over a filled store: true figures, every sentence with its mentions, sent once.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use chrono::Duration;
use hearken::config::{self, Live};
use hearken::domain::{
    Clock, DeliveryState, Interval, Letter, Locale, MentionId, Period, Platform, ReportFormat, SourceName, Timestamp,
};
use hearken::pipeline::report::Reports;
use hearken::report::render;
use hearken::store::{MentionFilter, Page, Store};

use crate::database::on_each;
use crate::seed;

fn reports(store: &Store, at: Timestamp) -> Reports {
    Reports::new(store.clone(), seed::live(), Clock::Fixed(at))
}

#[tokio::test]
async fn every_id_in_a_report_is_a_mention_of_its_topic_and_time() {
    on_each(|store| async move {
        seed::fill(&store).await;
        let topic = seed::live().config().topic(&seed::coffee()).expect("there").clone();
        let period = Reports::window(Period::Week, seed::now(), topic.zone, false);
        let report = reports(&store, seed::now()).report(&topic, period, Locale::ZhTw).await.expect("a report");
        let filter = MentionFilter {
            topic: Some(topic.name.clone()),
            from: Some(period.from),
            to: Some(period.to),
            with_removed: true,
            ..MentionFilter::default()
        };
        let mentions = store.mentions(&filter, 10_000, 0).await.expect("read");
        // A story of this week may have its original in an earlier one.
        let ever = MentionFilter { from: None, ..filter };
        let all = store.mentions(&ever, 10_000, 0).await.expect("read");
        let ids: BTreeSet<&MentionId> = all.iter().map(|mention| &mention.id).collect();
        assert!(!ids.is_empty(), "the week before has mentions");
        assert_eq!(report.figures.now.mentions, mentions.len() as i64);
        for sentence in &report.sentences {
            assert!(sentence.evidence.iter().all(|id| ids.contains(id)), "{}", sentence.text);
        }
        let tally = store.tally(&topic.name, period.from, period.to).await.expect("counted");
        assert_eq!(report.figures.now.negative, tally.negative, "the counts and the mentions agree");
        for format in ReportFormat::ALL {
            assert!(render(&report, *format).contains(report.sentences[0].evidence[0].as_str()), "{format:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_week_in_which_nothing_was_heard_says_so() {
    on_each(|store| async move {
        let topic = seed::live().config().topic(&seed::coffee()).expect("there").clone();
        let period = Interval { from: seed::now() - Duration::days(7), to: seed::now() };
        let report = reports(&store, seed::now()).report(&topic, period, Locale::ZhTw).await.expect("a report");
        assert_eq!(report.sentences.len(), 1);
        assert!(report.sentences[0].text.contains("沒有收聽到任何來源"), "{}", report.sentences[0].text);
        assert!(report.sentences[0].evidence.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_a_file_covers_counts_as_heard_for_the_topics_it_was_matched_with() {
    on_each(|store| async move {
        let topic = seed::live().config().topic(&seed::coffee()).expect("there").clone();
        let period = Interval { from: seed::now() - Duration::days(7), to: seed::now() };
        for (name, heard) in
            [("file/@another/a.csv#1", 0.0), ("file/@sprout-coffee/a.csv#1", 1.0), ("file/a.csv#1", 1.0)]
        {
            let name = SourceName::new(name).expect("a name");
            store.put_source(&name, Platform::File, seed::now()).await.expect("kept");
            let page = Page {
                platform: Platform::File,
                mentions: &[],
                cursor: None,
                heard: Some(period),
                due_at: seed::now(),
                detail: "",
            };
            store.put_page(&name, page, seed::now()).await.expect("kept");
            let report = reports(&store, seed::now()).report(&topic, period, Locale::ZhTw).await.expect("a report");
            assert_eq!((report.figures.heard, report.figures.gaps.is_empty()), (heard, heard > 0.0), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_report_that_is_due_is_written_once_whatever_restarts() {
    on_each(|store| async move {
        seed::fill(&store).await;
        let main = "zone = \"Asia/Taipei\"\n[[receiver]]\nname = \"here\"\nchannel = \"console\"\n\
            [[report]]\ntopic = \"sprout-coffee\"\nperiod = \"week\"\nreceiver = \"here\"\n";
        let coffee = "title = \"嫩芽咖啡\"\nquery = '嫩芽'\n[[listen]]\nsource = \"ptt\"\nboards = [\"Coffee\", \"Lifeismoney\"]\n";
        let config = config::from_texts(Path::new("."), main, &[("sprout-coffee", coffee)]).expect("right");
        let live = Arc::new(Live::new(config));
        let stage = |at| Reports::new(store.clone(), live.clone(), Clock::Fixed(at));
        // 2026-11-23 is a Monday; 09:00 in Taipei has passed.
        assert_eq!(stage(seed::now()).tick().await.expect("a round"), 1);
        assert_eq!(stage(seed::now()).tick().await.expect("a round"), 0, "a restart does not write it again");
        let letters = store.due_letters(seed::now(), 10).await.expect("read");
        assert_eq!(letters.len(), 1);
        assert!(letters[0].subject.contains("2026-11-16 – 2026-11-22"), "{}", letters[0].subject);
        assert!(!letters[0].body.is_empty());
        let over = Letter { state: DeliveryState::Sent, sent_at: Some(seed::now()), ..letters[0].clone() };
        store.record_letter(&over).await.expect("kept");
        store.record_letter(&Letter { state: DeliveryState::Waiting, ..over }).await.expect("kept");
        let again = store.due_letters(seed::now(), 10).await.expect("read");
        assert_eq!(again[0].body, "", "a letter that was sent holds no quotes any more");
        assert_eq!(stage(seed::now() + Duration::days(7)).tick().await.expect("a round"), 1, "the next week's is another");
    })
    .await;
}

#[tokio::test]
async fn the_command_writes_each_format_and_names_what_it_does_not_know() {
    let folder = tempfile::tempdir().expect("a folder");
    let hearken = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hearken"));
        command.args(["--log", "error"]).args(arguments).current_dir(folder.path()).output().expect("it ran")
    };
    assert!(hearken(&["init"]).status.success());
    for (format, start) in [("html", "<!DOCTYPE html>"), ("md", "# "), ("csv", "\u{feff}section,")] {
        let written = hearken(&["report", "example", "--format", format, "--lang", "zh-TW"]);
        let text = String::from_utf8_lossy(&written.stdout).into_owned();
        assert!(written.status.success() && text.starts_with(start), "{format}: {text}");
        assert!(text.contains("沒有收聽到任何來源"), "{format}: {text}");
    }
    let unknown = hearken(&["report", "exampel"]);
    let told = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(!unknown.status.success() && told.contains("exampel") && told.contains("example"), "{told}");
}
