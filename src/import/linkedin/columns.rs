//! The header row of a connections file, in the languages it comes in.

use csv::StringRecord;

use super::cells::split;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
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

/// Which cell holds what.
#[derive(Debug)]
pub(super) struct HeaderRow {
    pub delimiter: u8,
    /// How many cells a row has.
    pub width: usize,
    columns: Vec<(Column, usize)>,
}

impl HeaderRow {
    /// Empty where the file has no such column.
    pub(super) fn cell<'a>(&self, row: &'a StringRecord, column: Column) -> &'a str {
        let index = self.columns.iter().find(|(known, _)| *known == column).map(|(_, at)| *at);
        index.and_then(|index| row.get(index)).unwrap_or_default().trim()
    }
}

/// The first line that is a header row, however long the notes above it are; programs that saved
/// the file again may have changed the delimiter.
pub(super) fn find_header(lines: &[&str]) -> Option<(usize, HeaderRow)> {
    lines.iter().enumerate().find_map(|(at, line)| {
        [b',', b';', b'\t'].into_iter().find_map(|delimiter| Some((at, header(line, delimiter)?)))
    })
}

fn header(line: &str, delimiter: u8) -> Option<HeaderRow> {
    let plausible = 4..64;
    if !plausible.contains(&line.bytes().filter(|byte| *byte == delimiter).count()) {
        return None;
    }
    let cells = split(line, delimiter)?;
    let columns: Vec<(Column, usize)> =
        cells.iter().enumerate().filter_map(|(index, cell)| Some((column(cell)?, index))).collect();
    let has = |wanted: Column| columns.iter().any(|(column, _)| *column == wanted);
    let named = has(Column::FirstName) || has(Column::LastName);
    let whole = named && has(Column::ConnectedOn) && columns.len() >= 4;
    whole.then_some(HeaderRow { delimiter, width: cells.len(), columns })
}

fn column(cell: &str) -> Option<Column> {
    let plain: String = cell.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    NAMES.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(column, _)| *column)
}
