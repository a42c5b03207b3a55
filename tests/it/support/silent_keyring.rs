//! A Secret Service in memory that answers up to one question and says nothing to that.

use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;
use tokio::process::Child;
use zbus::message::Type;
use zbus::zvariant::{ObjectPath, Value};
use zbus::{Connection, Message, MessageStream};

use super::keyring::start_bus;

pub struct SilentKeyring {
    asked: Arc<Mutex<Vec<String>>>,
    silent_at: Arc<Mutex<String>>,
    _bus: Child,
}

impl SilentKeyring {
    /// Starts the bus that this process was told of, and the service on it.
    pub async fn start(dbus_daemon: &Path, folder: &Path) -> Self {
        let _bus = start_bus(dbus_daemon, folder).await;
        let connection = Connection::session().await.unwrap();
        let mut calls = MessageStream::from(&connection);
        connection.request_name("org.freedesktop.secrets").await.unwrap();
        let (asked, silent_at) = (Arc::<Mutex<Vec<String>>>::default(), Arc::default());
        let keyring = SilentKeyring { asked, silent_at, _bus };
        let (asked, silent_at) = (keyring.asked.clone(), keyring.silent_at.clone());
        tokio::spawn(async move {
            while let Some(Ok(call)) = calls.next().await {
                if call.message_type() != Type::MethodCall {
                    continue;
                }
                let question = question(&call);
                // A farewell is no question.
                if question == "Session.Close" {
                    continue;
                }
                asked.lock().unwrap().push(question.clone());
                let silent_at = silent_at.lock().unwrap().clone();
                if question != silent_at {
                    answer(&connection, &call, &question, silent_at == "Service.Unlock").await;
                }
            }
        });
        keyring
    }

    /// Interface and method, of which no call is answered from now on.
    pub fn falls_silent_at(&self, question: &str) {
        question.clone_into(&mut self.silent_at.lock().unwrap());
    }

    pub fn last_asked(&self) -> String {
        self.asked.lock().unwrap().last().cloned().unwrap_or_default()
    }
}

/// Such as `Collection.SearchItems`; of a property, the interface is the one that has it.
fn question(call: &Message) -> String {
    let header = call.header();
    let member = header.member().unwrap();
    let body = call.body();
    let interface = match member.as_str() {
        "Get" => body.deserialize::<(&str, &str)>().unwrap().0,
        "GetAll" => body.deserialize::<&str>().unwrap(),
        _ => header.interface().unwrap().as_str(),
    };
    format!("{}.{member}", interface.rsplit('.').next().unwrap())
}

/// One keyring with one entry. To create or delete one, it asks the user, who never answers.
async fn answer(bus: &Connection, call: &Message, question: &str, locked: bool) {
    let header = call.header();
    let path = |path: &'static str| ObjectPath::from_static_str_unchecked(path);
    let done = match question {
        "Service.OpenSession" => {
            let body = call.body();
            let (algorithm, _): (&str, Value<'_>) = body.deserialize().unwrap();
            match algorithm {
                "plain" => bus.reply(&header, &(Value::from(""), path("/session"))).await,
                _ => {
                    let error = "org.freedesktop.DBus.Error.NotSupported";
                    bus.reply_error(&header, error, &"plain only").await
                }
            }
        }
        "Service.GetAll" => {
            let collections = Value::from(vec![path("/keyring")]);
            let all = std::collections::HashMap::from([("Collections", collections)]);
            bus.reply(&header, &all).await
        }
        "Collection.GetAll" | "Item.GetAll" => {
            bus.reply(&header, &std::collections::HashMap::<&str, Value<'_>>::new()).await
        }
        "Collection.Get" | "Item.Get" => bus.reply(&header, &Value::from(locked)).await,
        "Service.ReadAlias" => bus.reply(&header, &path("/keyring")).await,
        "Collection.SearchItems" => bus.reply(&header, &vec![path("/keyring/1")]).await,
        "Collection.CreateItem" => bus.reply(&header, &(path("/"), path("/prompt"))).await,
        "Item.Delete" => bus.reply(&header, &path("/prompt")).await,
        "Prompt.Prompt" => bus.reply(&header, &()).await,
        other => panic!("nobody should ask for {other}"),
    };
    done.unwrap();
}
