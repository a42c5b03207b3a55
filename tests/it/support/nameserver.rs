//! A name server on loopback that knows what the test tells it: other names don't exist.

use std::net::{Ipv4Addr, SocketAddr};

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, MX, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

pub struct NameServer {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

/// What a domain publishes.
#[derive(Debug, Clone, Default)]
pub struct Zone {
    records: Vec<(Name, RData)>,
    /// Names that are answered with a failure.
    broken: Vec<Name>,
}

impl Zone {
    pub fn mx(self, name: &str, preference: u16, exchange: &str) -> Self {
        self.with(name, RData::MX(MX::new(preference, host(exchange))))
    }

    /// `to`: priority, weight, port, target.
    pub fn srv(self, name: &str, to: (u16, u16, u16, &str)) -> Self {
        let (priority, weight, port, target) = to;
        self.with(name, RData::SRV(SRV::new(priority, weight, port, host(target))))
    }

    /// A host on this machine.
    pub fn here(self, name: &str) -> Self {
        self.with(name, RData::A(A(Ipv4Addr::LOCALHOST)))
    }

    pub fn broken(mut self, name: &str) -> Self {
        self.broken.push(host(name));
        self
    }

    fn with(mut self, name: &str, data: RData) -> Self {
        self.records.push((host(name), data));
        self
    }

    fn answer(&self, question: &Message) -> Message {
        let mut answer = Message::response(question.metadata.id, OpCode::Query);
        answer.add_queries(question.queries.clone());
        let Some(query) = question.queries.first() else { return answer };
        let (name, kind) = (query.name().clone(), query.query_type());
        if self.broken.contains(&name) {
            answer.metadata.response_code = ResponseCode::ServFail;
            return answer;
        }
        let known: Vec<_> = self.records.iter().filter(|(owner, _)| *owner == name).collect();
        if known.is_empty() {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        let asked = known.iter().filter(|(_, data)| kind_of(data) == kind);
        answer.add_answers(
            asked.map(|(owner, data)| Record::from_rdata(owner.clone(), 60, data.clone())),
        );
        answer
    }
}

impl NameServer {
    pub async fn start(zone: Zone) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, client)) = socket.recv_from(&mut buffer).await {
                let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
                let answer = zone.answer(&question).to_vec().unwrap();
                let _ = socket.send_to(&answer, client).await;
            }
        });
        NameServer { address, task }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn kind_of(data: &RData) -> RecordType {
    data.record_type()
}

/// `"."` is the root, which as a target means: not offered.
fn host(name: &str) -> Name {
    Name::from_ascii(format!("{}.", name.trim_end_matches('.'))).unwrap()
}
