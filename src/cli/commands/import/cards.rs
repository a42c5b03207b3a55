//! A card of a file → the one form under which everything is compared. Asks nothing of the store.

use crate::domain::message::forms;
use crate::import::Card;
use crate::store::{IdentityKind, NewCard};

/// The card in the one form under which everything is compared, and what had to be left out of it.
pub(super) fn normalised(card: Card, source: &'static str) -> (NewCard, Vec<String>) {
    let mut complaints = Vec::new();
    let mut identities = Vec::new();
    let mut take = |kind: IdentityKind, said: &[String]| {
        for said in said {
            match forms::of(kind, said) {
                Some(value) if identities.contains(&(kind, value.clone())) => {}
                Some(value) => identities.push((kind, value)),
                None => complaints.push(format!("{}: \"{said}\" isn't {}", card.name, kind.noun())),
            }
        }
    };
    take(IdentityKind::Email, &card.emails);
    take(IdentityKind::Url, &card.urls);
    take(IdentityKind::Phone, &card.phones);
    let others: Vec<String> =
        card.other_names.iter().filter(|name| **name != card.name).cloned().collect();
    take(IdentityKind::Name, &others);
    let card = NewCard {
        name: card.name,
        company: card.company,
        position: card.position,
        connected_on: card.connected_on.map(|day| day.to_string()),
        source,
        identities,
    };
    (card, complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_address_costs_itself_and_not_the_card() {
        let card = Card {
            name: "Ann Lee".to_owned(),
            emails: vec!["ann(at)example.org".to_owned(), "Ann@Example.ORG".to_owned()],
            other_names: vec!["Ann Lee".to_owned(), "Nan".to_owned()],
            ..Card::default()
        };
        let (card, complaints) = normalised(card, "vcard");
        let identity = |kind, value: &str| (kind, value.to_owned());
        let expect =
            [identity(IdentityKind::Email, "ann@example.org"), identity(IdentityKind::Name, "Nan")];
        assert_eq!(card.identities, expect);
        assert_eq!(complaints, ["Ann Lee: \"ann(at)example.org\" isn't the address of a person"]);
    }
}
