//! Which sources are listened to, which were brought as a file, and which nobody wants any more.
//!
//! In: the configuration, a source as it stands. Out: its standing. Never: asks the store, forgets what a source has heard.

use std::collections::HashSet;

use super::show;
use crate::config::Config;
use crate::domain::{Platform, SourceName, Timestamp};
use crate::store::SourceStatus;

/// How the names of imported files begin.
const FILE: &str = "file/";

/// What a source is to us now; the living come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Some topic wants it.
    Living,
    /// A person brought it; there is nothing to read again.
    Imported,
    /// No topic wants it any more. It is not read, so how it fared last says nothing.
    Left,
}

/// The sources that topics want, as they are configured now.
pub(super) struct Listening {
    wanted: HashSet<SourceName>,
}

impl Listening {
    pub(super) fn of(config: &Config) -> Self {
        Self { wanted: config.wanted_sources().into_iter().map(|source| source.wanted.name).collect() }
    }

    pub(super) fn standing(&self, source: &SourceStatus) -> Standing {
        if self.wanted.contains(&source.name) {
            Standing::Living
        } else if source.platform == Platform::File || source.name.as_str().starts_with(FILE) {
            Standing::Imported
        } else {
            Standing::Left
        }
    }

    /// Whether a source should be heard and is not; one that nobody wants should not.
    pub(super) fn is_deaf(&self, source: &SourceStatus, now: Timestamp) -> bool {
        self.standing(source) == Standing::Living && show::is_deaf(source, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;
    use crate::store::SourceState;

    #[test]
    fn only_what_a_topic_wants_can_be_deaf() {
        let wanted = SourceName::new("ptt/Coffee").expect("a name");
        let listening = Listening { wanted: HashSet::from([wanted]) };
        let source = |name: &str| SourceStatus {
            name: SourceName::new(name).expect("a name"),
            platform: Platform::Ptt,
            cursor: None,
            state: SourceState::Failing,
            detail: String::new(),
            failures: 3,
            due_at: timestamp(0),
            first_at: None,
            heard_at: None,
            changed_at: timestamp(0),
        };
        for (name, standing) in
            [("ptt/Coffee", Standing::Living), ("file/export.csv#1", Standing::Imported), ("ptt/Drink", Standing::Left)]
        {
            let source = source(name);
            assert_eq!(listening.standing(&source), standing, "{name}");
            assert_eq!(listening.is_deaf(&source, timestamp(1)), standing == Standing::Living, "{name}");
        }
    }
}
