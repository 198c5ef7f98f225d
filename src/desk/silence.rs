//! Hush by hand, and its end.

use chrono::Duration;

use super::{Desk, Error, REASON_CHARS, name};
use crate::domain::{Moment, Silence, SilenceId, TopicName};
use crate::store::IncidentFilter;

/// The longest silence.
const LONGEST: Duration = Duration::days(30);
/// Two silences that end within this of each other are the same wish: a button that was pressed twice.
const SAME: Duration = Duration::minutes(1);
/// How many open incidents of a topic get the line in their timeline.
const INCIDENTS: i64 = 100;

impl Desk {
    /// Holds back alerts of a topic (`None`: of every topic) from now on. A silence of the same topic that lasts as
    /// long is there already when it is asked for twice: then that one is given, and nothing is written.
    pub async fn silence(
        &self,
        topic: Option<&TopicName>,
        length: Duration,
        by: &str,
        reason: &str,
    ) -> Result<Silence, Error> {
        let by = name(by)?;
        let reason = reason.trim();
        if reason.chars().count() > REASON_CHARS || reason.chars().any(char::is_control) {
            return Err(Error::TooLong);
        }
        if length < Duration::minutes(1) || length > LONGEST {
            return Err(Error::Length);
        }
        if let Some(name) = topic.filter(|name| self.topic(name).is_none()) {
            return Err(Error::NoTopic(name.clone()));
        }
        let from = self.clock.now();
        let until = from + length;
        let there = self.store.silences(from).await?;
        if let Some(same) =
            there.into_iter().find(|s| s.topic.as_ref() == topic && s.from <= from && s.until + SAME >= until)
        {
            return Ok(same);
        }
        let silence = Silence::new(topic.cloned(), from, until, by, reason).ok_or(Error::Length)?;
        self.store.put_silence(&silence).await?;
        let detail = match reason {
            "" => until.to_rfc3339(),
            reason => format!("{} {reason}", until.to_rfc3339()),
        };
        self.tell_incidents(topic, "silenced", by, &detail).await?;
        Ok(silence)
    }

    /// Ends a silence now. Refused when it is not known, or over.
    pub async fn end_silence(&self, id: &SilenceId, by: &str) -> Result<Silence, Error> {
        let by = name(by)?;
        let now = self.clock.now();
        let silence =
            self.store.silences(now).await?.into_iter().find(|silence| silence.id == *id).ok_or(Error::NoSilence)?;
        if !self.store.end_silence(id, now).await? {
            return Err(Error::NoSilence);
        }
        self.tell_incidents(silence.topic.as_ref(), "unsilenced", by, "").await?;
        Ok(Silence { until: now, ..silence })
    }

    /// Writes a line into the timelines of the incidents that are going on.
    async fn tell_incidents(&self, topic: Option<&TopicName>, what: &str, by: &str, detail: &str) -> Result<(), Error> {
        let filter = IncidentFilter { topic: topic.cloned(), unresolved_only: true, ..IncidentFilter::default() };
        let moment =
            Moment { at: self.clock.now(), what: what.to_owned(), by: by.to_owned(), detail: detail.to_owned() };
        for incident in self.store.incidents(&filter, INCIDENTS, 0).await? {
            self.store.add_moment(&incident.id, &moment).await?;
        }
        Ok(())
    }
}
