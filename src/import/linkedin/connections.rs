//! `Connections.csv`: the people, in the languages it comes in.

use super::super::csv::{HeaderRow, Row, RowShape, date};
use super::super::text::{some, tidy};
use super::super::values::{Card, Statement};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    FirstName,
    LastName,
    Url,
    Email,
    Company,
    Position,
    ConnectedOn,
}

/// What each column is called: letters and digits only, in lower case. English, German, French,
/// Spanish, Italian, Dutch and Portuguese.
const NAMES: [(Column, &[&str]); 7] = [
    (
        Column::FirstName,
        &["firstname", "givenname", "vorname", "prénom", "nombre", "nome", "voornaam"],
    ),
    (
        Column::LastName,
        &[
            "lastname",
            "surname",
            "familyname",
            "nachname",
            "nom",
            "nomdefamille",
            "apellidos",
            "apellido",
            "cognome",
            "achternaam",
            "sobrenome",
            "apelido",
        ],
    ),
    (
        Column::Url,
        &["url", "profileurl", "profilurl", "profillink", "urlduprofil", "urldelperfil", "link"],
    ),
    (
        Column::Email,
        &[
            "emailaddress",
            "email",
            "emailadresse",
            "adresseemail",
            "direccióndecorreoelectrónico",
            "direccióndeemail",
            "correoelectrónico",
            "indirizzoemail",
            "emailadres",
            "endereçodeemail",
        ],
    ),
    (
        Column::Company,
        &[
            "company",
            "organization",
            "unternehmen",
            "firma",
            "entreprise",
            "société",
            "empresa",
            "azienda",
            "società",
            "bedrijf",
        ],
    ),
    (
        Column::Position,
        &[
            "position",
            "jobtitle",
            "title",
            "stelle",
            "posten",
            "poste",
            "fonction",
            "cargo",
            "puesto",
            "posizione",
            "qualifica",
            "functie",
            "functietitel",
        ],
    ),
    (
        Column::ConnectedOn,
        &[
            "connectedon",
            "connectiondate",
            "verbundenam",
            "vernetztam",
            "vernetztseit",
            "kontaktseit",
            "connectéle",
            "connexionle",
            "datedeconnexion",
            "enrelationdepuisle",
            "conectadoel",
            "fechadeconexión",
            "conectadoem",
            "conexãoem",
            "datadeconexão",
            "datadaconexão",
            "collegatoil",
            "collegatodal",
            "datadicollegamento",
            "verbondenop",
            "gekoppeldop",
            "connectiegemaaktop",
        ],
    ),
];

/// No cell of a person has more lines.
const MOST_LINES: usize = 50;

/// Which cell holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct ConnectionColumns([Option<usize>; NAMES.len()]);

impl ConnectionColumns {
    /// `None` where these aren't the columns of a connections file.
    pub(in crate::import) fn of(header: &HeaderRow) -> Option<ConnectionColumns> {
        let columns = ConnectionColumns(NAMES.map(|(_, names)| header.place(names)));
        let has = |column| columns.place(column).is_some();
        let named = has(Column::FirstName) || has(Column::LastName);
        let enough = columns.0.iter().flatten().count() >= 4;
        (named && has(Column::ConnectedOn) && enough).then_some(columns)
    }

    fn place(&self, column: Column) -> Option<usize> {
        let places = NAMES.iter().zip(self.0);
        places.filter(|((known, _), _)| *known == column).find_map(|(_, place)| place)
    }

    pub(in crate::import) fn shape(&self) -> RowShape {
        RowShape {
            most_lines: MOST_LINES,
            telling: (self.place(Column::ConnectedOn), |day| date::day(day).is_some()),
            may_be_short: false,
        }
    }

    /// The card, and its date where that can't be read.
    pub(in crate::import) fn read(&self, row: &Row) -> Vec<Statement> {
        let cell = |column| row.cell(self.place(column));
        let whole = format!("{} {}", cell(Column::FirstName), cell(Column::LastName));
        let name = tidy(&whole);
        let email = some(cell(Column::Email));
        let url = some(cell(Column::Url));
        let name = match (&email, &url) {
            _ if !name.is_empty() => name,
            (Some(email), _) => email.clone(),
            (None, Some(url)) => last_segment(url).to_owned(),
            (None, None) => return vec![row.skipped("no name, no profile and no address")],
        };
        let (connected_on, odd_date) = row.day(self.place(Column::ConnectedOn), &name);
        let card = Card {
            line: row.line,
            name,
            emails: email.into_iter().collect(),
            urls: url.into_iter().collect(),
            company: some(cell(Column::Company)),
            position: some(cell(Column::Position)),
            connected_on,
            ..Card::default()
        };
        row.card(card, &whole, odd_date)
    }
}

/// `ada-lovelace` of `https://www.linkedin.com/in/ada-lovelace/`.
fn last_segment(url: &str) -> &str {
    url.trim_end_matches('/').rsplit('/').next().unwrap_or(url)
}
