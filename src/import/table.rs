//! Any CSV file of people, whose columns the user names or that are called as one would call them.

use super::csv::{HeaderRow, Row, RowShape, title};
use super::text::some;
use super::values::{Card, Statement};

/// No cell of a person has more lines.
const MOST_LINES: usize = 50;

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonField {
    /// Of the person, whole.
    Name,
    /// Of the person.
    FirstName,
    /// Of the person.
    LastName,
    /// One, or several.
    Email,
    /// One, or several.
    Phone,
    /// Of a profile.
    Url,
    /// Where they work.
    Company,
    /// As what they work.
    Position,
    /// Since when they are known.
    ConnectedOn,
}

/// What each is called by the user, and in files; as [`title`] makes it.
const FIELDS: [(PersonField, &str, &[&str]); 9] = [
    (PersonField::Name, "name", &["name", "fullname", "displayname", "contact", "contactname"]),
    (PersonField::FirstName, "first", &["firstname", "givenname", "vorname", "prénom", "nombre"]),
    (
        PersonField::LastName,
        "last",
        &["lastname", "surname", "familyname", "nachname", "apellidos"],
    ),
    (
        PersonField::Email,
        "email",
        &["email", "emailaddress", "emailadresse", "mail", "address", "email2address"],
    ),
    (
        PersonField::Phone,
        "phone",
        &["phone", "phonenumber", "telephone", "mobile", "mobilephone", "telefon", "businessphone"],
    ),
    (PersonField::Url, "url", &["url", "profile", "profileurl", "linkedin", "linkedinurl"]),
    (
        PersonField::Company,
        "company",
        &["company", "organization", "organisation", "employer", "firma", "unternehmen"],
    ),
    (PersonField::Position, "position", &["position", "title", "jobtitle", "role"]),
    (PersonField::ConnectedOn, "connected", &["connectedon", "knownsince", "since"]),
];

/// Which columns the user says hold what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping(Vec<(PersonField, String)>);

impl Mapping {
    /// `name=Full name,email=Mail`; a column may also be given by its number, from 1 on.
    ///
    /// # Errors
    /// What is wrong with it, as a phrase for the user.
    pub fn parse(text: &str) -> Result<Mapping, String> {
        let known = FIELDS.map(|(_, name, _)| name).join(", ");
        let mut mapping = Mapping::default();
        for part in text.split(',') {
            let (field, column) =
                part.split_once('=').ok_or_else(|| format!("\"{part}\" isn't FIELD=COLUMN"))?;
            let found = FIELDS.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(field.trim()));
            let (field, ..) =
                found.ok_or_else(|| format!("\"{field}\" is no field; there are {known}"))?;
            mapping.0.push((*field, column.trim().to_owned()));
        }
        Ok(mapping)
    }

    /// Whether the user said nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Which cells hold what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PeopleColumns(Vec<(PersonField, usize)>);

impl PeopleColumns {
    /// `None` where the columns, or what the user called them, don't tell whom a row is about.
    pub(super) fn of(header: &HeaderRow, mapping: &Mapping) -> Option<PeopleColumns> {
        let columns: Option<Vec<(PersonField, usize)>> = if mapping.is_empty() {
            let by_title = |(field, _, titles): &(PersonField, &str, &[&str])| {
                header.place(titles).map(|place| (*field, place))
            };
            Some(FIELDS.iter().filter_map(by_title).collect())
        } else {
            let by_user =
                |(field, column): &(PersonField, String)| Some((*field, place(header, column)?));
            mapping.0.iter().map(by_user).collect()
        };
        let columns = PeopleColumns(columns?);
        let has =
            |fields: &[PersonField]| fields.iter().any(|field| columns.place(*field).is_some());
        let is_named = has(&[PersonField::Name, PersonField::FirstName, PersonField::LastName]);
        let is_reached = has(&[PersonField::Email, PersonField::Phone, PersonField::Url]);
        let is_plain = is_named && is_reached;
        (is_plain || !mapping.is_empty() && (is_named || is_reached)).then_some(columns)
    }

    fn place(&self, field: PersonField) -> Option<usize> {
        self.0.iter().find(|(known, _)| *known == field).map(|(_, place)| *place)
    }

    pub(super) fn shape(&self) -> RowShape {
        let telling: (_, fn(&str) -> bool) =
            (self.place(PersonField::Email), |cell| cell.contains('@') && !cell.contains(' '));
        RowShape { most_lines: MOST_LINES, telling, may_be_short: true }
    }

    pub(super) fn read(&self, row: &Row) -> Vec<Statement> {
        let cell = |field| row.cell(self.place(field));
        let several = |field, parting: &[char]| -> Vec<String> {
            cell(field).split(parting).filter_map(some).collect()
        };
        let whole = match cell(PersonField::Name) {
            "" => format!("{} {}", cell(PersonField::FirstName), cell(PersonField::LastName)),
            name => name.to_owned(),
        };
        let emails = several(PersonField::Email, &[',', ';', ' ', '\n']);
        let phones = several(PersonField::Phone, &[',', ';', '\n']);
        let name = some(&whole).or_else(|| emails.first().or(phones.first()).cloned());
        let Some(name) = name else {
            return vec![row.skipped("no name, no address and no number")];
        };
        let (connected_on, odd_date) = row.day(self.place(PersonField::ConnectedOn), &name);
        let card = Card {
            line: row.line,
            name,
            emails,
            phones,
            urls: some(cell(PersonField::Url)).into_iter().collect(),
            company: some(cell(PersonField::Company)),
            position: some(cell(PersonField::Position)),
            connected_on,
            ..Card::default()
        };
        row.card(card, &whole, odd_date)
    }
}

/// By its title, or by its number.
fn place(header: &HeaderRow, column: &str) -> Option<usize> {
    let by_number = || {
        let number: usize = column.parse().ok()?;
        (1..=header.width()).contains(&number).then(|| number - 1)
    };
    header.place(&[&title(column)]).or_else(by_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        assert!(Mapping::parse("name=Full name, email=2").is_ok());
        assert_eq!(Mapping::parse("name").unwrap_err(), "\"name\" isn't FIELD=COLUMN");
        let unknown = Mapping::parse("colour=Red").unwrap_err();
        assert!(unknown.starts_with("\"colour\" is no field; there are name, first,"), "{unknown}");
    }
}
