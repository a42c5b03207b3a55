//! Whose card of an address book or an export is.
//!
//! Never guesses: who can't be told is somebody new.

use super::identity::IdentityKind;
use crate::domain::model::ContactId;

/// Whether somebody who has the same identity is the person on the card. Colleagues share a
/// switchboard: a telephone number tells namesakes apart, no more.
pub fn is_proof(kind: IdentityKind, has_same_name: bool) -> bool {
    match kind {
        IdentityKind::Email | IdentityKind::Url => true,
        IdentityKind::Phone => has_same_name,
        IdentityKind::Name => false,
    }
}

/// A contact of the name on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Namesake {
    /// Who bears the name already.
    pub contact: ContactId,
    /// The card names the same company, or neither side names any.
    pub has_same_company: bool,
    /// A profile link of theirs is known, by more than their name.
    pub has_url: bool,
    /// A mail address of theirs is known, by more than their name.
    pub has_email: bool,
}

/// The one of all `namesakes` who is on a card with these identities, of which they have none.
pub fn namesake(namesakes: &[Namesake], card: &[IdentityKind]) -> Option<ContactId> {
    match namesakes {
        [only] if !contradicts(only, card) => Some(only.contact),
        // A bare name adds nobody to its bearers.
        [_, _, ..] if card.is_empty() => {
            let first = namesakes.iter().min_by_key(|it| (!it.has_same_company, it.contact));
            first.map(|first| first.contact)
        }
        _ => None,
    }
}

/// Another profile link, or another address where both have some: somebody else of that name.
fn contradicts(namesake: &Namesake, card: &[IdentityKind]) -> bool {
    namesake.has_url && card.contains(&IdentityKind::Url)
        || namesake.has_email && card.contains(&IdentityKind::Email)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Namesake = Namesake {
        contact: ContactId(1),
        has_same_company: false,
        has_url: false,
        has_email: true,
    };
    const OTHER_ANN: Namesake = Namesake { contact: ContactId(2), has_same_company: true, ..ANN };

    #[test]
    fn a_number_is_shared_by_colleagues_and_an_address_by_nobody() {
        assert!(is_proof(IdentityKind::Email, false) && is_proof(IdentityKind::Url, false));
        assert!(is_proof(IdentityKind::Phone, true) && !is_proof(IdentityKind::Phone, false));
        assert!(!is_proof(IdentityKind::Name, true));
    }

    #[test]
    fn the_only_one_of_a_name_is_meant_unless_something_contradicts_it() {
        assert_eq!(namesake(&[ANN], &[]), Some(ContactId(1)));
        assert_eq!(namesake(&[ANN], &[IdentityKind::Url]), Some(ContactId(1)));
        assert_eq!(namesake(&[ANN], &[IdentityKind::Email]), None);
    }

    #[test]
    fn of_several_none_is_meant_and_a_bare_name_makes_nobody_new() {
        assert_eq!(namesake(&[ANN, OTHER_ANN], &[IdentityKind::Url]), None);
        assert_eq!(namesake(&[ANN, OTHER_ANN], &[]), Some(ContactId(2)));
        assert_eq!(namesake(&[], &[]), None);
    }
}
