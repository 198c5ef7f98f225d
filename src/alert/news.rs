//! What is to be told of an incident now, given what was told before.

use crate::domain::{Incident, IncidentState, News, Severity};

/// How often each news of an incident was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// That it began.
    pub opened: i64,
    /// That it rose.
    pub risen: i64,
    /// That it is over.
    pub resolved: i64,
    /// The greatest severity told.
    pub severity: Option<Severity>,
}

/// The news to tell, with its number; `None` when all is told.
pub fn news(incident: &Incident, before: Before) -> Option<(News, i64)> {
    if incident.state == IncidentState::Resolved {
        let told = before.resolved > 0 && before.resolved >= before.opened;
        return (!told).then_some((News::Resolved, before.resolved + 1));
    }
    if before.opened <= before.resolved {
        return Some((News::Opened, before.opened + 1));
    }
    (Some(incident.severity) > before.severity).then_some((News::Risen, before.risen + 1))
}

#[cfg(test)]
mod tests {
    use super::super::sample::crisis;
    use super::*;

    #[test]
    fn an_incident_is_told_once_whatever_it_does_in_between() {
        let mut incident = crisis().incident;
        incident.severity = Severity::Warning;
        let mut before = Before::default();
        assert_eq!(news(&incident, before), Some((News::Opened, 1)));
        before = Before { opened: 1, severity: Some(Severity::Warning), ..before };
        assert_eq!(news(&incident, before), None);
        incident.severity = Severity::Critical;
        assert_eq!(news(&incident, before), Some((News::Risen, 1)));
        before = Before { risen: 1, severity: Some(Severity::Critical), ..before };
        assert_eq!(news(&incident, before), None);
        incident.state = IncidentState::Resolved;
        assert_eq!(news(&incident, before), Some((News::Resolved, 1)));
        before.resolved = 1;
        assert_eq!(news(&incident, before), None);
        incident.state = IncidentState::Open;
        assert_eq!(news(&incident, before), Some((News::Opened, 2)), "it came back");
    }

    #[test]
    fn what_was_over_before_anybody_was_told_is_told_as_over() {
        let mut incident = crisis().incident;
        incident.state = IncidentState::Resolved;
        assert_eq!(news(&incident, Before::default()), Some((News::Resolved, 1)));
    }
}
