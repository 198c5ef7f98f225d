//! What a person may do to an incident: see it, close it.

use super::{Desk, Error, name};
use crate::domain::{Incident, IncidentId, IncidentState};
use crate::store::Acted;

impl Desk {
    /// Says "I see it": the escalation stops. Refused when somebody did before, or when it is over.
    pub async fn acknowledge(&self, id: &IncidentId, by: &str) -> Result<Incident, Error> {
        match self.store.acknowledge(id, name(by)?, self.clock.now()).await? {
            Acted::Done(incident) => Ok(incident),
            Acted::Already(incident) if incident.state == IncidentState::Resolved => Err(Error::Resolved),
            Acted::Already(incident) => Err(Error::Acknowledged(incident.acknowledged_by)),
            Acted::Unknown => Err(Error::NoIncident),
        }
    }

    /// Says that it is over. Refused when it is over already.
    pub async fn resolve(&self, id: &IncidentId, by: &str) -> Result<Incident, Error> {
        match self.store.resolve(id, name(by)?, self.clock.now()).await? {
            Acted::Done(incident) => Ok(incident),
            Acted::Already(_) => Err(Error::Resolved),
            Acted::Unknown => Err(Error::NoIncident),
        }
    }
}
