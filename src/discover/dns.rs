//! What the domain name system says. Says who didn't answer, never what an answer is worth.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::rdata::SRV;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{ResolverBuilder, TokioResolver};

use crate::error::{Error, Result};

/// For one question to one server; it is asked twice.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks name servers.
#[derive(Clone)]
pub(super) struct Dns(TokioResolver);

impl Dns {
    /// The name servers that the system uses.
    pub(super) fn of_system() -> Result<Dns> {
        let builder = TokioResolver::builder_tokio().map_err(|cause| {
            Error::config("the system names no name server")
                .because(cause)
                .hint("check /etc/resolv.conf, or name one: --nameserver 9.9.9.9")
        })?;
        built(builder)
    }

    /// This one alone.
    pub(super) fn asking(server: SocketAddr) -> Result<Dns> {
        let at = |mut connection: ConnectionConfig| {
            connection.port = server.port();
            connection
        };
        let connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
        let server = NameServerConfig::new(server.ip(), true, connections);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        built(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
    }

    /// The hosts that take the domain's mail in, the preferred one first; none where it takes
    /// none (RFC 7505).
    pub(super) async fn mail_exchanges(&self, domain: &str) -> Result<Vec<String>> {
        let lookup = self.ask(domain, RecordType::MX).await?;
        let mut exchanges: Vec<(u16, String)> = records(&lookup)
            .filter_map(|data| match data {
                RData::MX(mx) if !mx.exchange.is_root() => {
                    Some((mx.preference, host_of(&mx.exchange)))
                }
                _ => None,
            })
            .collect();
        exchanges.sort();
        Ok(exchanges.into_iter().map(|(_, host)| host).collect())
    }

    pub(super) async fn services(&self, name: &str) -> Result<Vec<SRV>> {
        let lookup = self.ask(name, RecordType::SRV).await?;
        let service = |data: &RData| match data {
            RData::SRV(service) => Some(service.clone()),
            _ => None,
        };
        Ok(records(&lookup).filter_map(service).collect())
    }

    pub(super) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>> {
        match self.0.lookup_ip(absolute(host)).await {
            Ok(found) => Ok(found.iter().collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(silent(host, error)),
        }
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Option<Lookup>> {
        match self.0.lookup(absolute(name), kind).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_no_records_found() => Ok(None),
            Err(error) => Err(silent(name, error)),
        }
    }
}

fn built(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<Dns> {
    let options: &mut ResolverOpts = builder.options_mut();
    options.timeout = PATIENCE;
    options.attempts = 2;
    let resolver = builder
        .build()
        .map_err(|cause| Error::failed("name lookups can't be set up").because(cause))?;
    Ok(Dns(resolver))
}

fn records(lookup: &Option<Lookup>) -> impl Iterator<Item = &RData> {
    lookup.iter().flat_map(Lookup::answers).map(|record| &record.data)
}

/// With its final dot, so that no search list of this network is tried.
fn absolute(name: &str) -> String {
    format!("{name}.")
}

/// The host that a record names, as configurations write it.
pub(super) fn host_of(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_lowercase()
}

fn silent(name: &str, cause: NetError) -> Error {
    Error::temporary(format!("no name server could be asked for {name}"))
        .because(cause)
        .hint("check the network, or name another server: --nameserver 9.9.9.9")
}
