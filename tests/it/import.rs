//! Import: a file's rows become mentions once each, whatever happens in between.

use std::path::{Path, PathBuf};

use chrono::{TimeZone, Utc};
use hearken::domain::{Clock, Interval, Platform, RawMention};
use hearken::pipeline::{Import, Imported};
use hearken::source::file::{Column, Options, RefusedLine, Rows};
use hearken::store::Store;

use crate::database::on_each;

fn options() -> Options {
    Options {
        format: None,
        charset: None,
        columns: Vec::new(),
        zone: chrono_tz::Asia::Taipei,
        platform: Platform::File,
        set: None,
        at: None,
        topic: None,
    }
}

fn clock() -> Clock {
    Clock::Fixed(Utc.with_ymd_and_hms(2026, 10, 7, 0, 0, 0).single().expect("a time"))
}

fn written(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn read(path: &Path, options: Options) -> (Vec<RawMention>, Vec<RefusedLine>) {
    let mut rows = Rows::open(path, options).expect("opens");
    let (mut mentions, mut refused) = (Vec::new(), Vec::new());
    while let Some(page) = rows.page(7).expect("reads") {
        mentions.extend(page.mentions);
        refused.extend(page.refused);
    }
    (mentions, refused)
}

async fn import(store: &Store, path: &Path, covers: Option<Interval>) -> Imported {
    let mut rows = Rows::open(path, options()).expect("opens");
    let import = Import::new(store.clone(), clock(), Platform::File, covers);
    import.run(&mut rows, |_, _, _| Ok(())).await.expect("imports")
}

#[test]
fn a_spreadsheet_in_big5_is_read_and_bad_lines_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = "編號,發布時間,內容,作者,按讚數\r\n\
        1,2026/10/6 下午 03:05,嫩芽咖啡等了四十分鐘,kettle,\"1,204\"\r\n\
        2,昨天,嫩芽咖啡很好喝,milk,3\r\n\
        3,2026/10/6 16:00,,milk,3\r\n\
        4,2026/10/6 16:00,\"第一行\r\n第二行,還有逗號\",milk,0\r\n\
        5,2026/10/6 16:00,多一格,milk,0,extra\r\n\
        6,2026/10/6 16:10,錢扣了兩次,milk,0\r\n";
    let path = written(folder.path(), "sheet.csv", encoding_rs::BIG5.encode(sheet).0);
    let (mentions, refused) = read(&path, options());
    let texts: Vec<&str> = mentions.iter().map(|mention| mention.text.as_str()).collect();
    assert_eq!(texts, ["嫩芽咖啡等了四十分鐘", "第一行\r\n第二行,還有逗號", "錢扣了兩次"]);
    assert_eq!(mentions[0].posted_at.to_rfc3339(), "2026-10-06T07:05:00+00:00");
    assert_eq!((mentions[0].engagement.likes, mentions[0].author.handle.as_str()), (1204, "kettle"));
    assert_eq!(mentions[0].native_id.as_str(), "sheet/1");
    let told: Vec<(u64, &str)> = refused.iter().map(|line| (line.line, line.reason.as_str())).collect();
    assert_eq!(told, [(3, "`昨天` is no time"), (4, "it has no text"), (7, "it has 6 cells, the first line names 5")]);
    assert_eq!(refused[0].written, "2,昨天,嫩芽咖啡很好喝,milk,3");
}

#[test]
fn json_lines_are_read_with_named_columns_and_a_bom() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = "\u{feff}{\"say\":\"好喝\",\"when\":\"2026-10-06T08:00:00Z\",\"user\":{\"name\":\"kettle\"},\"platform\":\"PTT\",\"id\":\"Coffee/M.1.A.2\"}\n\
        \n[1,2]\n{\"say\":\"難喝\",\"when\":1791273600,\"platform\":\"Dcard\",\"id\":77}\nnot json\n";
    let path = written(folder.path(), "export.jsonl", lines);
    let named = [(Column::Text, "say"), (Column::Time, "when"), (Column::Author, "user.name")];
    let columns = named.map(|(column, name)| (column, name.to_owned())).to_vec();
    let (mentions, refused) = read(&path, Options { columns, ..options() });
    let ids: Vec<(Platform, &str)> = mentions.iter().map(|m| (m.platform, m.native_id.as_str())).collect();
    assert_eq!(ids, [(Platform::Ptt, "Coffee/M.1.A.2"), (Platform::File, "dcard/77")]);
    assert_eq!(mentions[0].author.name, "kettle");
    assert_eq!(refused.iter().map(|line| line.line).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn the_same_said_twice_without_an_id_is_two_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), "a.csv", "text,time\n好,2026-10-06\n好,2026-10-06\n差,2026-10-06\n");
    let (once, _) = read(&path, options());
    assert_eq!(once.iter().map(|m| m.native_id.as_str()).collect::<std::collections::HashSet<_>>().len(), 3);
    let (again, _) = read(&path, options());
    assert_eq!(once, again, "the same file gives the same ids");
}

fn many(folder: &Path, rows: usize) -> PathBuf {
    let mut sheet = "id,time,text\n".to_owned();
    for n in 0..rows {
        sheet.push_str(&format!("{n},2026-10-06 {:02}:{:02},嫩芽咖啡 {n}\n", n / 60 % 24, n % 60));
    }
    written(folder, "many.csv", sheet)
}

#[tokio::test]
async fn an_import_that_was_cut_goes_on_where_it_was() {
    on_each(|store| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let path = many(folder.path(), 2_345);
        let mut rows = Rows::open(&path, options()).expect("opens");
        let first = Import::new(store.clone(), clock(), Platform::File, None);
        let cut =
            first.run(&mut rows, |done, _, _| if done.taken > 1_000 { anyhow::bail!("cut") } else { Ok(()) }).await;
        assert!(cut.is_err());
        assert_eq!(store.count_inbox().await.expect("counts"), 1_000, "whole pages only");
        let rest = import(&store, &path, None).await;
        assert_eq!(rest, Imported { before: 1_000, taken: 1_345, refused: 0 });
        assert_eq!(store.count_inbox().await.expect("counts"), 2_345);
        let again = import(&store, &path, None).await;
        assert_eq!(again, Imported { before: 2_345, taken: 0, refused: 0 });
    })
    .await;
}

#[tokio::test]
async fn a_file_fills_a_gap_only_when_a_person_says_so() {
    on_each(|store| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let path = many(folder.path(), 10);
        let day = |day| Utc.with_ymd_and_hms(2026, 10, day, 0, 0, 0).single().expect("a time");
        let window = Interval::new(day(1), day(7)).expect("in order");
        let name = Rows::open(&path, options()).expect("opens").name().clone();
        import(&store, &path, None).await;
        let heard = store.coverage(std::slice::from_ref(&name), window).await.expect("coverage");
        assert_eq!(heard.share(window), 0.0);
        import(&store, &path, Some(window)).await;
        let heard = store.coverage(std::slice::from_ref(&name), window).await.expect("coverage");
        assert_eq!(heard.share(window), 1.0);
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_is_asked_again_once_a_person_gives_what_was_missing() {
    on_each(|store| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path(), "some.csv", "text,time\n嫩芽咖啡一,2026-10-06 10:00\n嫩芽咖啡二,\n");
        assert_eq!(import(&store, &path, None).await, Imported { before: 0, taken: 1, refused: 1 });
        assert_eq!(import(&store, &path, None).await, Imported { before: 2, taken: 0, refused: 0 });
        let at = Utc.with_ymd_and_hms(2026, 10, 6, 4, 0, 0).single();
        let with_time = || Rows::open(&path, Options { at, ..options() }).expect("opens");
        let again = Import::new(store.clone(), clock(), Platform::File, None);
        let done = again.run(&mut with_time(), |_, _, _| Ok(())).await.expect("imports");
        assert_eq!(done, Imported { before: 0, taken: 2, refused: 0 });
        assert_eq!(store.count_inbox().await.expect("counts"), 2, "the row that was taken is taken once");
        let done = again.run(&mut with_time(), |_, _, _| Ok(())).await.expect("imports");
        assert_eq!(done, Imported { before: 2, taken: 0, refused: 0 });
    })
    .await;
}
