//! Passwords in a keyring: a locked one is said to be locked, never to have no password.

use requite::config::keyring::store;
use requite::config::secret::Password;
use requite::error::Kind;
use secrecy::ExposeSecret;

use crate::support::desktop::{bus_in, with_bus};
use crate::support::keyring::{Keyring, programs};

#[test]
fn a_locked_keyring_is_waited_for() {
    let Some(programs) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let test = "keyring::a_locked_keyring_is_waited_for";
    with_bus(test, &bus_in(folder.path()), async || {
        let here = tempfile::tempdir().unwrap();
        let mut keyring = Keyring::start(programs.clone(), here.path()).await;
        store("Requite: mail", &[("name", "mail")], "s3cret").await.unwrap();
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
