//! Who is told: the routes that match, otherwise the topic's owner, otherwise everybody.

use crate::domain::{IncidentKind, ReceiverName, Severity, TopicName};

/// `[[route]]`: which incidents go to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// These topics only; empty is every topic.
    pub topics: Vec<TopicName>,
    /// These kinds only; empty is every kind.
    pub kinds: Vec<IncidentKind>,
    /// From this severity on.
    pub least: Severity,
    /// Who is told.
    pub receivers: Vec<ReceiverName>,
}

impl Route {
    /// Whether an incident takes it.
    pub fn takes(&self, topic: &TopicName, kind: IncidentKind, severity: Severity) -> bool {
        (self.topics.is_empty() || self.topics.contains(topic))
            && (self.kinds.is_empty() || self.kinds.contains(&kind))
            && self.least <= severity
    }
}

/// Who is told of an incident: the receivers of all routes that take it, each once and in their order; when none does,
/// the topic's owner; when it has none, all receivers.
pub fn receivers(
    routes: &[Route],
    (topic, kind, severity): (&TopicName, IncidentKind, Severity),
    owner: Option<&ReceiverName>,
    all: &[ReceiverName],
) -> Vec<ReceiverName> {
    let mut found: Vec<ReceiverName> = Vec::new();
    for receiver in routes.iter().filter(|route| route.takes(topic, kind, severity)).flat_map(|route| &route.receivers)
    {
        if !found.contains(receiver) {
            found.push(receiver.clone());
        }
    }
    match owner {
        _ if !found.is_empty() => found,
        Some(owner) => vec![owner.clone()],
        None => all.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(name: &str) -> ReceiverName {
        ReceiverName::new(name).expect("valid")
    }

    #[test]
    fn routes_come_before_the_owner_and_the_owner_before_everybody() {
        let topic = TopicName::new("coffee").expect("valid");
        let routes = [
            Route {
                topics: vec![topic.clone()],
                kinds: vec![],
                least: Severity::Critical,
                receivers: vec![receiver("boss")],
            },
            Route {
                topics: vec![],
                kinds: vec![],
                least: Severity::Warning,
                receivers: vec![receiver("care"), receiver("boss")],
            },
        ];
        let all = [receiver("care"), receiver("boss"), receiver("owner")];
        let told = |severity, owner: Option<&ReceiverName>| {
            let told = receivers(&routes, (&topic, IncidentKind::Negative, severity), owner, &all);
            told.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        let owner = receiver("owner");
        assert_eq!(told(Severity::Critical, Some(&owner)), ["boss", "care"]);
        assert_eq!(told(Severity::Warning, Some(&owner)), ["care", "boss"]);
        assert_eq!(told(Severity::Notice, Some(&owner)), ["owner"]);
        assert_eq!(told(Severity::Notice, None), ["care", "boss", "owner"]);
    }
}
