//! Findings become incidents and lines of their timelines.
//!
//! In: the findings of one stretch, in order. Out: incidents as they stand after it, with new moments.
//! Never: undoes what a person said (the store sees to that), names two incidents alike.

use std::collections::BTreeMap;

use crate::detect::{Finding, News};
use crate::domain::{
    Bucket, Incident, IncidentId, IncidentKind, IncidentState, Interval, Moment, Observation, SourceName, Timestamp,
    TopicName,
};
use crate::store::{Error, IncidentChange, Store};

/// So many of the worst originals are kept.
const WORST: i64 = 5;

/// What one stretch did to a topic's incidents.
pub(super) struct Chronicle<'a> {
    store: &'a Store,
    topic: &'a TopicName,
    now: Timestamp,
    changes: BTreeMap<Bucket, IncidentChange>,
}

impl<'a> Chronicle<'a> {
    /// An empty one.
    pub(super) fn new(store: &'a Store, topic: &'a TopicName, now: Timestamp) -> Self {
        Self { store, topic, now, changes: BTreeMap::new() }
    }

    /// Writes down a finding; `deaf` are the sources that were not heard in its window.
    pub(super) async fn tell(&mut self, finding: &Finding, deaf: &[SourceName]) -> Result<(), Error> {
        let seen = self.seen(&finding.observation).await?;
        let now = self.now;
        let Some(change) = self.change(finding.first, Some((finding, &seen))).await? else { return Ok(()) };
        let incident = &mut change.incident;
        incident.severity = incident.severity.max(finding.severity);
        incident.last = incident.last.max(finding.last);
        if seen.negative > incident.peak.negative {
            incident.peak = seen.clone();
        }
        let what = match finding.news {
            News::GoesOn => return Ok(()),
            News::Opened => "opened",
            News::Risen => "risen",
            News::Reopened => {
                change.reopened = true;
                incident.state = IncidentState::Open;
                incident.resolved_at = None;
                "reopened"
            }
            News::Resolved => {
                incident.state = IncidentState::Resolved;
                incident.resolved_at.get_or_insert(now);
                "resolved"
            }
        };
        let detail = match finding.news {
            News::Resolved => in_figures(&seen),
            _ => format!("{}: {}", finding.severity.as_str(), in_figures(&seen)),
        };
        let moment = |what: &str, detail| Moment { at: now, what: what.into(), by: String::new(), detail };
        change.moments.push(moment(what, detail));
        if !deaf.is_empty() {
            let names: Vec<&str> = deaf.iter().map(SourceName::as_str).collect();
            change.moments.push(moment("deaf", names.join(", ")));
        }
        Ok(())
    }

    /// Writes down that posts came late.
    pub(super) async fn note_late(&mut self, first: Bucket, mentions: i64, negative: i64) -> Result<(), Error> {
        let now = self.now;
        let Some(change) = self.change(first, None).await? else { return Ok(()) };
        let detail = format!("{negative} negative of {mentions} mentions came after their time was judged");
        change.moments.push(Moment { at: now, what: "late".into(), by: String::new(), detail });
        Ok(())
    }

    /// The incidents that changed, with their worst originals as they are now.
    pub(super) async fn finish(self) -> Result<Vec<IncidentChange>, Error> {
        let mut changes = Vec::with_capacity(self.changes.len());
        for mut change in self.changes.into_values() {
            let window = Interval { from: change.incident.first.start(), to: change.incident.last.end() };
            change.incident.worst = self.store.worst_originals(self.topic, window, WORST).await?;
            changes.push(change);
        }
        Ok(changes)
    }

    /// The change of the incident that began in `first`: of this stretch, from the store, or (when opening) new.
    async fn change(
        &mut self,
        first: Bucket,
        new: Option<(&Finding, &Observation)>,
    ) -> Result<Option<&mut IncidentChange>, Error> {
        if !self.changes.contains_key(&first) {
            let id = IncidentId::of(self.topic, IncidentKind::Negative, first);
            let incident = match (self.store.incident(&id).await?, new) {
                (Some(incident), _) => incident,
                (None, Some((finding, seen))) => self.opened(id, finding, seen),
                (None, None) => return Ok(None),
            };
            self.changes.insert(first, IncidentChange { incident, reopened: false, moments: Vec::new() });
        }
        Ok(self.changes.get_mut(&first))
    }

    fn opened(&self, id: IncidentId, finding: &Finding, seen: &Observation) -> Incident {
        Incident {
            id,
            topic: self.topic.clone(),
            kind: IncidentKind::Negative,
            state: IncidentState::Open,
            severity: finding.severity,
            first: finding.first,
            last: finding.last,
            opened_at: self.now,
            resolved_at: None,
            acknowledged_by: String::new(),
            opening: seen.clone(),
            peak: seen.clone(),
            worst: Vec::new(),
        }
    }

    /// The observation with the true number of authors (the detector only knows the loudest of each bucket).
    async fn seen(&self, observation: &Observation) -> Result<Observation, Error> {
        let window = Interval { from: observation.from.start(), to: observation.to.end() };
        let authors = self.store.negative_authors(self.topic, window).await?;
        Ok(Observation { authors, ..observation.clone() })
    }
}

/// What was seen against what is usual, as a timeline shows it.
fn in_figures(seen: &Observation) -> String {
    let minutes = (seen.to.end() - seen.from.start()).num_minutes();
    format!(
        "{} negative of {} mentions by {} authors in {minutes} minutes, usual {:.1} of {:.0}",
        seen.negative, seen.mentions, seen.authors, seen.usual_negative, seen.usual_mentions
    )
}
