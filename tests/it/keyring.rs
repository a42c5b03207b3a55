//! Passwords in a keyring: a locked one is said to be locked, never to have no password.

use std::time::Duration;

use requite::config::keyring;
use requite::config::secret::Password;
use requite::error::Kind;
use secrecy::ExposeSecret;

use crate::support::desktop::{bus_in, with_bus};
use crate::support::keyring::{Keyring, programs};
use crate::support::silent_keyring::SilentKeyring;
use crate::support::{PATIENCE, peers};

#[test]
fn a_locked_keyring_is_waited_for() {
    let Some(programs) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "keyring::a_locked_keyring_is_waited_for";
    with_bus(test, &bus_in(folder.path()), async || {
        let here = tempfile::tempdir().unwrap();
        let mut keyring = Keyring::start(programs.clone(), here.path()).await;
        let attributes = [("name", "mail")];
        keyring::Keyring::default().store("Requite: mail", &attributes, "s3cret").await.unwrap();
        keyring.lock().await;

        let password = Password::Keyring("mail".to_owned());
        let error = password.fetch().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Temporary, "{error}");
        assert!(error.to_string().starts_with("the keyring is locked"), "{error}");
        let unknown = Password::Keyring("other".to_owned());
        assert_eq!(unknown.fetch().await.unwrap_err().kind(), Kind::Temporary);

        keyring.unlock().await;
        assert_eq!(password.fetch().await.unwrap().expose_secret(), "s3cret");
        let error = unknown.fetch().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{error}");
        assert!(error.advice().unwrap().starts_with("secret-tool store"));
    });
}

#[test]
fn without_a_keyring_nothing_is_said_to_be_missing() {
    let test = "keyring::without_a_keyring_nothing_is_said_to_be_missing";
    let folder = tempfile::tempdir().unwrap();
    with_bus(test, &bus_in(folder.path()), async || {
        let error = Password::Keyring("mail".to_owned()).fetch().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Temporary, "{error}");
        assert!(error.to_string().contains("no Secret Service"), "{error}");
    });
}

#[test]
fn a_keyring_that_says_nothing_is_given_up() {
    let Some(dbus_daemon) = peers::peer("dbus-daemon") else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "keyring::a_keyring_that_says_nothing_is_given_up";
    with_bus(test, &bus_in(folder.path()), async || {
        let here = tempfile::tempdir().unwrap();
        let service = SilentKeyring::start(&dbus_daemon, here.path()).await;
        let keyring = keyring::Keyring { patience: Duration::from_millis(300) };
        let attributes = [("name", "mail")];
        for (operation, question) in [
            ("fetch", "Service.OpenSession"),
            ("fetch", "Service.GetAll"),
            ("fetch", "Collection.SearchItems"),
            ("fetch", "Item.GetAll"),
            ("fetch", "Item.Get"),
            ("fetch", "Item.GetSecret"),
            ("store", "Service.ReadAlias"),
            ("store", "Collection.GetAll"),
            ("store", "Collection.Get"),
            ("store", "Collection.CreateItem"),
            ("store", "Prompt.Prompt"),
            ("delete", "Item.Delete"),
            ("delete", "Prompt.Prompt"),
        ] {
            service.falls_silent_at(question);
            let asking = async {
                match operation {
                    "fetch" => keyring.fetch(&attributes).await.map(drop),
                    "store" => keyring.store("Requite: mail", &attributes, "s3cret").await,
                    _ => keyring.delete(&attributes).await,
                }
            };
            let outcome = tokio::time::timeout(PATIENCE, asking).await;
            let error = outcome.expect(question).expect_err(question);
            assert_eq!(service.last_asked(), question);
            assert_eq!(error.kind(), Kind::Temporary, "{question}: {error}");
            let told = error.to_string();
            assert_eq!(told, "the keyring didn't answer within 300ms", "{question}");
            assert!(error.advice().is_some_and(|advice| advice.contains("restart it")));
        }
        service.falls_silent_at("Service.Unlock");
        let error = keyring.fetch(&attributes).await.unwrap_err();
        assert_eq!(service.last_asked(), "Service.Unlock");
        assert_eq!(error.to_string(), "the keyring is locked");
    });
}
