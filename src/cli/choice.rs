//! Arguments that take one of several names which another room gives to its values.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Takes one of these names; help and refusal list them all.
pub(super) fn one_of<T, const N: usize>(
    known: [(&'static str, T); N],
) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(known.map(|(name, _)| name)).try_map(move |name| {
        let found = known.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value).ok_or("not one of these")
    })
}
