//! Stories: which original a text repeats, by its keys.
//!
//! In: the keys of new texts. Out: the original within a week of it, when there is one.
//! Never: compares with copies (only originals are kept here, so that a story does not drift from copy to copy).
//!
//! Near keys are looked up by bands of few bits, which no database index makes cheap. So the originals of a week are
//! held in memory, read from a log in the database: whoever puts mentions reads on from where it was, under the lock
//! that lets one put at a time. What one process adds, another therefore knows before its own next batch.

use std::collections::{BTreeMap, HashMap};

use super::Error;
use super::backend::{Writing, on_writing};
use super::bulk::{Conflict, Kind, Target, Value};
use crate::cluster::{Keys, bands, is_near};
use crate::domain::time::timestamp;
use crate::domain::{MentionId, Spread, Timestamp};

/// How far apart two texts may be posted and still be one story, and how long originals are kept here: a week.
const WINDOW_MS: i64 = 7 * 24 * 3600 * 1000;

/// Originals kept at most, the latest: some 60 MB.
const MOST: usize = 300_000;

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    mention: MentionId,
    keys: Keys,
    posted_at: Timestamp,
    added_at: Timestamp,
}

/// One row of the log that is not written yet.
#[derive(Clone, Debug)]
struct LogRow {
    number: i64,
    entry: Entry,
    gone: bool,
}

/// The originals that a text may repeat.
#[derive(Clone, Debug, Default)]
pub(super) struct Stories {
    entries: BTreeMap<i64, Entry>,
    by_mention: HashMap<MentionId, i64>,
    by_exact: HashMap<i64, Vec<i64>>,
    by_band: HashMap<i64, Vec<i64>>,
    /// Number of the last row of the log that was read or added.
    last: i64,
    unwritten: Vec<LogRow>,
}

const LOG: Target = Target {
    table: "story_key",
    columns: &[
        ("number", Kind::Int),
        ("mention", Kind::Text),
        ("exact_key", Kind::Int),
        ("near_key", Kind::Int),
        ("posted_at", Kind::Int),
        ("added_at", Kind::Int),
        ("gone", Kind::Int),
    ],
    conflict: Conflict::Impossible,
};

impl Stories {
    /// Reads what was added to the log since.
    pub(super) async fn read_on(&mut self, writing: &mut Writing) -> Result<(), Error> {
        const SQL: &str = "select number, mention, exact_key, near_key, posted_at, added_at, gone from (
               select * from story_key where number > $1 order by number desc limit $2
            ) as latest order by number";
        type Row = (i64, String, i64, i64, i64, i64, i64);
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let rows: Vec<Row> =
            on_writing!(writing, db => sqlx::query_as(SQL).bind(self.last).bind(most).fetch_all(db).await)?;
        for (number, mention, exact, near, posted_at, added_at, gone) in rows {
            let mention = MentionId::new(mention).ok_or_else(|| Error::Corrupt("a story's original".to_owned()))?;
            self.forget(&mention);
            if gone == 0 {
                let (posted_at, added_at) = (timestamp(posted_at), timestamp(added_at));
                self.keep(number, Entry { mention, keys: Keys { exact, near }, posted_at, added_at });
            }
            self.last = number;
        }
        Ok(())
    }

    /// The original that a text with these keys repeats, and how; the earliest, when there are several.
    pub(super) fn find(&self, keys: &Keys, posted_at: Timestamp) -> Option<(MentionId, Spread)> {
        let earliest = |numbers: Option<&Vec<i64>>, same: &dyn Fn(&Entry) -> bool| {
            numbers
                .into_iter()
                .flatten()
                .filter_map(|number| self.entries.get(number))
                .filter(|entry| (entry.posted_at - posted_at).num_milliseconds().abs() <= WINDOW_MS && same(entry))
                .min_by(|a, b| (a.posted_at, &a.mention).cmp(&(b.posted_at, &b.mention)))
        };
        if let Some(exact) = earliest(self.by_exact.get(&keys.exact), &|entry| entry.keys == *keys) {
            return Some((exact.mention.clone(), Spread::Repost));
        }
        bands(keys.near)
            .iter()
            .filter_map(|band| earliest(self.by_band.get(band), &|entry| is_near(entry.keys.near, keys.near)))
            .min_by(|a, b| (a.posted_at, &a.mention).cmp(&(b.posted_at, &b.mention)))
            .map(|near| (near.mention.clone(), Spread::Near))
    }

    /// Makes an original known, or gives it other keys.
    pub(super) fn add(&mut self, mention: &MentionId, keys: Keys, posted_at: Timestamp, now: Timestamp) {
        self.forget(mention);
        self.last += 1;
        let entry = Entry { mention: mention.clone(), keys, posted_at, added_at: now };
        self.unwritten.push(LogRow { number: self.last, entry: entry.clone(), gone: false });
        self.keep(self.last, entry);
    }

    /// Forgets an original: its text is gone, or too short now.
    pub(super) fn remove(&mut self, mention: &MentionId) {
        let Some(entry) = self.forget(mention) else { return };
        self.last += 1;
        self.unwritten.push(LogRow { number: self.last, entry, gone: true });
    }

    fn keep(&mut self, number: i64, entry: Entry) {
        self.by_mention.insert(entry.mention.clone(), number);
        self.by_exact.entry(entry.keys.exact).or_default().push(number);
        for band in bands(entry.keys.near) {
            self.by_band.entry(band).or_default().push(number);
        }
        self.entries.insert(number, entry);
    }

    fn forget(&mut self, mention: &MentionId) -> Option<Entry> {
        let number = self.by_mention.remove(mention)?;
        let entry = self.entries.remove(&number)?;
        let leave = |numbers: &mut HashMap<i64, Vec<i64>>, key: i64| {
            if let Some(list) = numbers.get_mut(&key) {
                list.retain(|other| *other != number);
                if list.is_empty() {
                    numbers.remove(&key);
                }
            }
        };
        leave(&mut self.by_exact, entry.keys.exact);
        for band in bands(entry.keys.near) {
            leave(&mut self.by_band, band);
        }
        Some(entry)
    }

    /// Writes what was added, and takes what is too old off the beginning of the log.
    pub(super) async fn write(&mut self, writing: &mut Writing, now: Timestamp) -> Result<(), Error> {
        for row in self.unwritten.iter().filter(|row| row.gone) {
            // What is left of a text that was taken down are numbers, and those go too.
            const SQL: &str = "delete from story_key where number < $2 and mention = $1";
            on_writing!(writing, db => sqlx::query(SQL).bind(row.entry.mention.as_str()).bind(row.number).execute(db)
                .await.map(drop))?;
        }
        let rows = self.unwritten.drain(..).map(|row| {
            let keys = if row.gone { Keys { exact: 0, near: 0 } } else { row.entry.keys };
            let values: [Value; 7] = [
                row.number.into(),
                row.entry.mention.as_str().into(),
                keys.exact.into(),
                keys.near.into(),
                row.entry.posted_at.timestamp_millis().into(),
                row.entry.added_at.timestamp_millis().into(),
                i64::from(row.gone).into(),
            ];
            values.to_vec()
        });
        writing.insert(&LOG, rows.collect()).await?;
        self.prune(writing, now).await
    }

    async fn prune(&mut self, writing: &mut Writing, now: Timestamp) -> Result<(), Error> {
        let mut before = 0;
        while let Some((&number, entry)) = self.entries.first_key_value() {
            let old = (now - entry.added_at).num_milliseconds() > WINDOW_MS || self.entries.len() > MOST;
            // The last row stays, so that numbers go on rising.
            if !old || number >= self.last {
                break;
            }
            let mention = entry.mention.clone();
            self.forget(&mention);
            before = number;
        }
        if before > 0 {
            const SQL: &str = "delete from story_key where number <= $1";
            on_writing!(writing, db => sqlx::query(SQL).bind(before).execute(db).await.map(drop))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{NativeId, Platform};

    fn id(n: u32) -> MentionId {
        MentionId::of(Platform::Ptt, &NativeId::new(format!("M.{n}")).expect("an id"))
    }

    #[test]
    fn the_earliest_original_is_the_story_and_a_week_later_it_is_another() {
        let keys = Keys { exact: 5, near: 0x1234_5678_9abc };
        let mut stories = Stories::default();
        stories.add(&id(1), keys, timestamp(1_000), timestamp(0));
        stories.add(&id(2), keys, timestamp(500), timestamp(0));
        assert_eq!(stories.find(&keys, timestamp(2_000)), Some((id(2), Spread::Repost)));
        let near = Keys { exact: 6, near: keys.near ^ 1 };
        assert_eq!(stories.find(&near, timestamp(2_000)), Some((id(2), Spread::Near)));
        assert_eq!(stories.find(&keys, timestamp(1_001 + WINDOW_MS)), None);
        stories.remove(&id(2));
        assert_eq!(stories.find(&keys, timestamp(2_000)), Some((id(1), Spread::Repost)));
    }
}
