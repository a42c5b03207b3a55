//! The likeliest weights of a logistic model: maximum a posteriori under Gaussian priors, by
//! Newton's method.
//!
//! Knows numbers only, no mail.

/// Something judged: which features it has, whose it is, and what was said of it.
#[derive(Debug, Clone)]
pub struct Example {
    /// The log-odds before any shift.
    pub offset: f64,
    /// Places in the weights, the intercept's left out, with their values.
    pub features: Vec<(usize, f64)>,
    /// Whose it is, by number; they have a weight of their own.
    pub person: Option<usize>,
    /// 1: an answer is due; 0: none; what lies between: perhaps.
    pub due: f64,
}

/// How far the weights may wander from where they are: standard deviations.
#[derive(Debug, Clone, Copy)]
pub struct Wander {
    /// Of the intercept.
    pub intercept: f64,
    /// Of a feature's weight.
    pub feature: f64,
    /// Of a person's weight from 0.
    pub person: f64,
}

/// By how much the weights are moved, those of the persons from 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shift {
    /// Added to the shipped intercept, in log-odds.
    pub intercept: f64,
    /// Added to each feature's weight, in log-odds, in the order of the examples' places.
    pub features: Vec<f64>,
    /// Added for each person, in log-odds, in the order of their numbers.
    pub persons: Vec<f64>,
}

const STEPS: usize = 50;
/// What a step may still move.
const CONVERGED: f64 = 1e-11;
/// What two sums of the same loss may differ by.
const ROUNDED: f64 = 1e-13;

/// The likeliest shift of `features` weights and the intercept, in whatever order the examples
/// come; none where there are none.
pub fn fit(features: usize, examples: &[Example], wander: Wander) -> Shift {
    let persons = examples.iter().filter_map(|it| it.person).max().map_or(0, |most| most + 1);
    let problem = Problem { examples, wander };
    let mut at =
        Shift { intercept: 0.0, features: vec![0.0; features], persons: vec![0.0; persons] };
    if examples.is_empty() {
        return at;
    }
    let mut loss = problem.loss(&at);
    for _ in 0..STEPS {
        let step = problem.newton(&at);
        // The loss is convex: half of a step that overshoots, often enough, always gains.
        let mut share = 1.0;
        let next = loop {
            let next = at.moved(&step, share);
            let next_loss = problem.loss(&next);
            if next_loss <= loss + ROUNDED * loss.abs() {
                loss = next_loss;
                break next;
            }
            if share < 1e-6 {
                return at;
            }
            share /= 2.0;
        };
        at = next;
        if step.size() * share < CONVERGED {
            break;
        }
    }
    at
}

impl Example {
    fn logit(&self, at: &Shift) -> f64 {
        let weight = |place: &usize| at.features.get(*place).copied().unwrap_or_default();
        let features = self.features.iter().map(|(place, value)| weight(place) * value);
        let person = self.person.and_then(|person| at.persons.get(person)).copied();
        self.offset + at.intercept + person.unwrap_or_default() + features.sum::<f64>()
    }
}

impl Shift {
    /// The furthest that any weight is moved.
    fn size(&self) -> f64 {
        let shifts = self.features.iter().chain(&self.persons).chain([&self.intercept]);
        shifts.fold(0.0, |most, it| most.max(it.abs()))
    }

    fn moved(&self, step: &Shift, share: f64) -> Shift {
        let moved = |from: &[f64], by: &[f64]| {
            from.iter().zip(by).map(|(from, by)| from - share * by).collect()
        };
        Shift {
            intercept: self.intercept - share * step.intercept,
            features: moved(&self.features, &step.features),
            persons: moved(&self.persons, &step.persons),
        }
    }
}

struct Problem<'a> {
    examples: &'a [Example],
    wander: Wander,
}

impl Problem<'_> {
    /// The negative log posterior, without its constant.
    fn loss(&self, at: &Shift) -> f64 {
        let square = |shift: f64, sd: f64| (shift / sd).powi(2) / 2.0;
        let prior = square(at.intercept, self.wander.intercept)
            + at.features.iter().map(|it| square(*it, self.wander.feature)).sum::<f64>()
            + at.persons.iter().map(|it| square(*it, self.wander.person)).sum::<f64>();
        let missed = self.examples.iter().map(|example| {
            let z = example.logit(at);
            // −ln of the logistic function, without overflow for large |z|.
            let unlikely = |z: f64| (-z.abs()).exp().ln_1p() + (-z).max(0.0);
            example.due * unlikely(z) + (1.0 - example.due) * unlikely(-z)
        });
        prior + missed.sum::<f64>()
    }

    /// Newton's step. A person's weight meets no other person's: their block of the curvature is
    /// diagonal, and the others are solved for without it (Schur complement).
    fn newton(&self, at: &Shift) -> Shift {
        let size = at.features.len() + 1;
        let precision = |sd: f64| 1.0 / (sd * sd);
        let prior = |place: usize| {
            precision(if place == 0 { self.wander.intercept } else { self.wander.feature })
        };
        let shifts = std::iter::once(&at.intercept).chain(&at.features);
        let mut slope: Vec<f64> = shifts.enumerate().map(|(i, it)| prior(i) * it).collect();
        let mut bend = Square::diagonal(size, prior);
        let of_person = precision(self.wander.person);
        let mut person_slope: Vec<f64> = at.persons.iter().map(|it| of_person * it).collect();
        let mut person_bend = vec![of_person; at.persons.len()];
        let mut between = vec![vec![0.0; size]; at.persons.len()];
        for example in self.examples {
            let q = 1.0 / (1.0 + (-example.logit(at)).exp());
            let (miss, curve) = (q - example.due, q * (1.0 - q));
            let known = example.features.iter().filter(|(place, _)| *place + 1 < size);
            let known: Vec<(usize, f64)> = std::iter::once((0, 1.0))
                .chain(known.map(|(place, value)| (place + 1, *value)))
                .collect();
            for (i, x) in &known {
                slope[*i] += miss * x;
                for (j, y) in &known {
                    *bend.at(*i, *j) += curve * x * y;
                }
            }
            if let Some(person) = example.person {
                person_slope[person] += miss;
                person_bend[person] += curve;
                known.iter().for_each(|(i, x)| between[person][*i] += curve * x);
            }
        }
        for ((row, slope_of), bend_of) in between.iter().zip(&person_slope).zip(&person_bend) {
            for i in 0..size {
                slope[i] -= row[i] * slope_of / bend_of;
                for j in 0..size {
                    *bend.at(i, j) -= row[i] * row[j] / bend_of;
                }
            }
        }
        let step = bend.solve(slope);
        let persons = between.iter().zip(&person_slope).zip(&person_bend);
        let persons = persons.map(|((row, slope), bend)| {
            let met: f64 = row.iter().zip(&step).map(|(a, b)| a * b).sum();
            (slope - met) / bend
        });
        let persons = persons.collect();
        let (intercept, features) = step
            .split_first()
            .map_or((0.0, Vec::new()), |(intercept, rest)| (*intercept, rest.to_vec()));
        Shift { intercept, features, persons }
    }
}

/// A symmetric positive definite matrix.
struct Square {
    size: usize,
    cells: Vec<f64>,
}

impl Square {
    fn diagonal(size: usize, value: impl Fn(usize) -> f64) -> Square {
        let mut square = Square { size, cells: vec![0.0; size * size] };
        (0..size).for_each(|i| *square.at(i, i) = value(i));
        square
    }

    fn at(&mut self, i: usize, j: usize) -> &mut f64 {
        &mut self.cells[i * self.size + j]
    }

    fn get(&self, i: usize, j: usize) -> f64 {
        self.cells[i * self.size + j]
    }

    /// The x with A·x = b (Cholesky).
    fn solve(mut self, mut b: Vec<f64>) -> Vec<f64> {
        let n = self.size;
        for j in 0..n {
            for k in 0..j {
                let left = self.get(j, k);
                for i in j..n {
                    let below = self.get(i, k);
                    *self.at(i, j) -= below * left;
                }
            }
            let pivot = self.get(j, j).sqrt();
            for i in j..n {
                *self.at(i, j) /= pivot;
            }
        }
        for i in 0..n {
            let known: f64 = (0..i).map(|k| self.get(i, k) * b[k]).sum();
            b[i] = (b[i] - known) / self.get(i, i);
        }
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|k| self.get(k, i) * b[k]).sum();
            b[i] = (b[i] - known) / self.get(i, i);
        }
        b
    }
}
