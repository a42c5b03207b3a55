//! A card of a file → the one form under which everything is compared. Asks nothing of the store.

use crate::domain::message::noise::linkedin::is_linkedins_own;
use crate::domain::message::{forms, identity};
use crate::import::Card;
use crate::store::{IdentityKind, NewCard};

/// The card in the one form under which everything is compared, and what had to be left out of it.
pub(super) fn normalised(card: Card, source: &'static str) -> (NewCard, Vec<String>) {
    let mut complaints = Vec::new();
    let mut identities = Vec::new();
    let mut take = |kind, said: &[String], form: fn(&str) -> Option<String>, what: &str| {
        for said in said {
            match form(said) {
                Some(value) if identities.contains(&(kind, value.clone())) => {}
                Some(value) => identities.push((kind, value)),
                None => complaints.push(format!("{}: \"{said}\" is no {what}", card.name)),
            }
        }
    };
    take(IdentityKind::Email, &card.emails, persons_address, "address of a person");
    take(IdentityKind::Url, &card.urls, forms::link, "link");
    take(IdentityKind::Phone, &card.phones, forms::phone, "telephone number");
    let others: Vec<String> =
        card.other_names.iter().filter(|name| **name != card.name).cloned().collect();
    take(IdentityKind::Name, &others, |name| Some(name.to_owned()), "name");
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

/// Nobody writes from LinkedIn's addresses but LinkedIn.
fn persons_address(said: &str) -> Option<String> {
    identity::normalise(said).filter(|address| !is_linkedins_own(address))
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
        assert_eq!(complaints, ["Ann Lee: \"ann(at)example.org\" is no address of a person"]);
    }
}
