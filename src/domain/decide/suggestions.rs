//! Whom the user writes with who is no contact yet.
//!
//! People only: a role, a program or a list is nobody, however much it writes.

use std::collections::BTreeMap;

use crate::domain::message::identity::name_key;
use crate::domain::message::noise::addresses::is_role;
use crate::domain::message::noise::linkedin::is_linkedins_own;
use crate::domain::model::Moment;

/// An address with which mail goes both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondent {
    /// In the form of [`crate::domain::message::identity::normalise`].
    pub email: String,
    /// How mail calls them.
    pub name: Option<String>,
    /// Letters to me that a person wrote.
    pub from_them: u64,
    /// Letters of mine to them.
    pub from_me: u64,
    /// The first letter either way, and the last.
    pub first: Moment,
    /// As above.
    pub last: Moment,
}

/// Somebody who could be a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedContact {
    /// Where no mail names them, their address.
    pub name: String,
    /// All under one name, the one in use most first.
    pub emails: Vec<String>,
    /// Letters to me that a person wrote.
    pub from_them: u64,
    /// Letters of mine to them.
    pub from_me: u64,
    /// The first letter either way, and the last.
    pub first: Moment,
    /// As above.
    pub last: Moment,
}

/// The people among `found`, best first: those with whom most letters went both ways, then the latest.
pub fn suggestions(mut found: Vec<Correspondent>) -> Vec<SuggestedContact> {
    found.retain(|one| !is_role(&one.email) && !is_linkedins_own(&one.email));
    found.sort_by(|a, b| {
        (b.from_them + b.from_me, &a.email).cmp(&(a.from_them + a.from_me, &b.email))
    });
    let mut people: BTreeMap<String, SuggestedContact> = BTreeMap::new();
    for one in found {
        let key = one.name.as_deref().and_then(name_key).unwrap_or_else(|| one.email.clone());
        let Correspondent { email, name, from_them, from_me, first, last } = one;
        let person = people.entry(key).or_insert_with(|| SuggestedContact {
            name: name.unwrap_or_else(|| email.clone()),
            emails: Vec::new(),
            from_them: 0,
            from_me: 0,
            first,
            last,
        });
        person.emails.push(email);
        person.from_them += from_them;
        person.from_me += from_me;
        (person.first, person.last) = (first.min(person.first), last.max(person.last));
    }
    let mut people: Vec<SuggestedContact> = people.into_values().collect();
    people.sort_by_key(|it| {
        let both = it.from_them.min(it.from_me);
        (std::cmp::Reverse((both, it.last, it.from_them + it.from_me)), it.emails.clone())
    });
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correspondent(email: &str, name: &str, from_them: u64, from_me: u64) -> Correspondent {
        Correspondent {
            email: email.to_owned(),
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            from_them,
            from_me,
            first: Moment(i64::try_from(from_me).unwrap()),
            last: Moment(100 + i64::try_from(from_them).unwrap()),
        }
    }

    #[test]
    fn who_writes_most_both_ways_comes_first_under_one_name() {
        let found = suggestions(vec![
            correspondent("bob@example.org", "Bob Moss", 50, 2),
            correspondent("grace@navy.example", "Hopper, Grace", 3, 4),
            correspondent("grace@example.org", "Grace Hopper", 1, 1),
            correspondent("ann@example.org", "", 1, 1),
        ]);
        let told: Vec<(&str, usize, u64, u64)> = found
            .iter()
            .map(|it| (it.name.as_str(), it.emails.len(), it.from_them, it.from_me))
            .collect();
        let expect =
            [("Hopper, Grace", 2, 4, 5), ("Bob Moss", 1, 50, 2), ("ann@example.org", 1, 1, 1)];
        assert_eq!(told, expect);
        assert_eq!((found[0].first, found[0].last), (Moment(1), Moment(103)));
    }

    #[test]
    fn a_role_a_program_and_a_list_are_nobody() {
        for email in [
            "info@example.org",
            "sales-emea@example.org",
            "Support@example.org",
            "jobs@example.org",
            "no-reply@example.org",
            "linux-kernel@vger.kernel.org",
            "board@lists.example.org",
            "hit-reply@linkedin.com",
        ] {
            let email = email.to_lowercase();
            assert_eq!(suggestions(vec![correspondent(&email, "Ann Lee", 9, 9)]), [], "{email}");
        }
        for email in ["ann.talbot@example.org", "john.press@example.org", "a.stein@example.org"] {
            assert_eq!(
                suggestions(vec![correspondent(email, "Ann Lee", 9, 9)]).len(),
                1,
                "{email}"
            );
        }
    }
}
