//! The servers that a domain publishes as SRV records (RFC 6186, and RFC 8314 §5.1 for
//! `_submissions`).

use hickory_resolver::proto::rr::rdata::SRV;

use super::address::{self, MailAddress};
use super::dns::{Dns, host_of};
use super::server::{Origin, Server, Service};
use crate::config::Tls;
use crate::error::Result;

const LABELS: [(&str, Service, Tls); 4] = [
    ("_imaps", Service::Imap, Tls::Implicit),
    ("_imap", Service::Imap, Tls::Starttls),
    ("_submissions", Service::Smtp, Tls::Implicit),
    ("_submission", Service::Smtp, Tls::Starttls),
];

pub(super) async fn servers(address: &MailAddress, dns: &Dns) -> Result<Vec<Server>> {
    let [imaps, imap, submissions, submission] =
        LABELS.map(|(label, ..)| format!("{label}._tcp.{}", address.domain));
    let answers = tokio::try_join!(
        dns.services(&imaps),
        dns.services(&imap),
        dns.services(&submissions),
        dns.services(&submission),
    )?;
    let named = [imaps, imap, submissions, submission];
    let answers = <[Vec<SRV>; 4]>::from(answers);
    let mut offers = Vec::new();
    for ((name, records), (_, service, tls)) in named.iter().zip(answers).zip(LABELS) {
        offers.extend(records.into_iter().map(|record| Offer { name, service, tls, record }));
    }
    Ok(preferred(offers).filter_map(|offer| offer.server(address)).collect())
}

struct Offer<'a> {
    name: &'a str,
    service: Service,
    tls: Tls,
    record: SRV,
}

impl Offer<'_> {
    /// `None`: the service isn't offered (RFC 6186 §3.4).
    fn server(&self, address: &MailAddress) -> Option<Server> {
        let SRV { port, target, .. } = &self.record;
        Some(Server {
            service: self.service,
            host: address::host(&host_of(target))?,
            port: Some(*port).filter(|port| *port != 0)?,
            tls: self.tls,
            // RFC 6186 §4: first the whole address.
            user: address.whole(),
            origin: Origin::Srv(self.name.to_owned()),
        })
    }
}

/// By priority across both labels of a service (RFC 6186 §3.4), TLS from the first byte before
/// STARTTLS (RFC 8314 §3). Weights share a load (RFC 2782): for the one server of a configuration
/// the heaviest will do.
fn preferred(mut offers: Vec<Offer<'_>>) -> impl Iterator<Item = Offer<'_>> {
    offers.sort_by_key(|Offer { record, tls, .. }| {
        (record.priority, *tls != Tls::Implicit, std::cmp::Reverse(record.weight))
    });
    offers.into_iter()
}
