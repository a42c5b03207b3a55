//! Which messages stand together by the Message-IDs that they name (RFC 5256 §3, References), and
//! since when.
//!
//! Knows no subjects: those join conversations, in `turns`.

use std::collections::HashMap;

use crate::domain::measure::turns::Hindsight;
use crate::domain::model::{MessageNumber, Moment};

/// A message of a thread.
#[derive(Debug, Clone)]
pub struct ThreadMember {
    /// As the store numbers it.
    pub id: MessageNumber,
    /// When it was sent; `None` where nothing says it.
    pub at: Option<Moment>,
    /// Its Message-ID and those that it names, as hashes.
    pub names: Vec<i64>,
}

/// Where these stand together by means of later ones, or of messages that aren't among them; all of
/// one thread.
pub fn hindsight(members: &mut [ThreadMember]) -> Hindsight {
    members.sort_by_key(|member| member.at);
    let (mut parts, mut hindsight) = (Parts::default(), Hindsight::default());
    for ThreadMember { at, names, .. } in members {
        parts.add(*at, names, &mut hindsight);
    }
    // Nobody sees from these alone what joins them.
    let mut begins = parts.begins();
    begins.sort_unstable();
    if let Some(both) = begins.get(1) {
        hindsight.learned(*both, Moment::MAX);
    }
    hindsight
}

/// The part of its thread that each message stood in at `then`: two stood together where that is the
/// same. `members`: all of one thread.
pub fn parts(members: &[ThreadMember], then: Moment) -> HashMap<MessageNumber, i64> {
    let mut parts = Parts::default();
    let known = || members.iter().filter(|member| member.at.is_none_or(|at| at <= then));
    for ThreadMember { at, names, .. } in known() {
        parts.add(*at, names, &mut Hindsight::default());
    }
    let mut first: HashMap<usize, i64> = HashMap::new();
    let part = |member: &ThreadMember| {
        let part = parts.of(member.names.first()?)?;
        Some((member.id, *first.entry(part).or_insert(member.id.0)))
    };
    known().filter_map(part).collect()
}

/// Messages that are joined by what they name.
#[derive(Default)]
struct Parts {
    part_of: HashMap<i64, usize>,
    /// What each part has become part of, itself at first.
    joined: Vec<usize>,
    /// The first message of each.
    begin: Vec<Option<Moment>>,
}

impl Parts {
    fn add(&mut self, at: Option<Moment>, names: &[i64], hindsight: &mut Hindsight) {
        let own = self.joined.len();
        self.joined.push(own);
        self.begin.push(at);
        for name in names {
            let part = *self.part_of.entry(*name).or_insert(own);
            let part = self.followed(part);
            let own = self.followed(own);
            if part != own {
                let (first, second) = (self.begin[part], self.begin[own]);
                let both = first.max(second);
                if let Some((both, at)) = both.zip(at) {
                    hindsight.learned(both, at);
                }
                self.joined[own] = part;
                self.begin[part] = first.min(second);
            }
        }
    }

    fn of(&self, name: &i64) -> Option<usize> {
        self.part_of.get(name).map(|part| self.followed(*part))
    }

    fn followed(&self, mut part: usize) -> usize {
        while self.joined[part] != part {
            part = self.joined[part];
        }
        part
    }

    fn begins(&self) -> Vec<Moment> {
        let roots = (0..self.joined.len()).filter(|part| self.joined[*part] == *part);
        roots.map(|part| self.begin[part].unwrap_or(Moment::MIN)).collect()
    }
}
