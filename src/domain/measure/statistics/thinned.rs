//! The posterior of "answers within the limit" when it is uncertain whether an answer was
//! needed: the thinned Beta. Silence weighs only as much as the turn asked for something.
//!
//! Its density is p^(a−1) (1−p)^(b−1) Π (1−q p)^w. With every q at 1 that is a Beta, and is
//! treated as one; otherwise it is integrated on the logit scale, where it has one peak and
//! falls off exponentially on both sides.

use super::beta::{Beta, solve};

/// What is known of one side's matured turns.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    base: Beta,
    silences: Vec<Silence>,
}

/// Turns that were not answered and asked alike.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Silence {
    /// Probability that it needed an answer, in (0, 1).
    q: f64,
    weight: f64,
}

impl Evidence {
    /// Nothing but what is usual.
    pub fn new(prior: Beta) -> Evidence {
        Evidence { base: prior, silences: Vec::new() }
    }

    /// An answer within the limit.
    pub fn in_time(&mut self, weight: f64) {
        self.base.a += weight;
    }

    /// An answer after the limit: it was needed, and it was not in time.
    pub fn late(&mut self, weight: f64) {
        self.base.b += weight;
    }

    /// No answer to a turn that needed one with probability `q`. Turns that ask alike are weighed
    /// together: each costs a logarithm wherever the density is looked at.
    pub fn unanswered(&mut self, q: f64, weight: f64) {
        if q >= 1.0 {
            self.late(weight);
        } else if q > 0.0 && weight > 0.0 {
            match self.silences.iter_mut().find(|silence| silence.q == q) {
                Some(alike) => alike.weight += weight,
                None => self.silences.push(Silence { q, weight }),
            }
        }
    }

    /// What is believed after all of it.
    pub fn posterior(&self) -> Posterior {
        if self.silences.is_empty() {
            Posterior::Beta(self.base)
        } else {
            Posterior::Thinned(Integrated::over(self))
        }
    }
}

/// What the evidence says about the probability p of an answer within the limit.
#[derive(Debug, Clone, PartialEq)]
pub enum Posterior {
    /// Every turn surely asked for an answer, or got one.
    Beta(Beta),
    /// Silence may have been because nothing was asked.
    Thinned(Integrated),
}

impl Posterior {
    /// 0…1.
    pub fn mean(&self) -> f64 {
        match self {
            Posterior::Beta(beta) => beta.mean(),
            Posterior::Thinned(integrated) => integrated.mean,
        }
    }

    /// Standard deviation.
    pub fn sd(&self) -> f64 {
        match self {
            Posterior::Beta(beta) => beta.sd(),
            Posterior::Thinned(integrated) => integrated.variance.sqrt(),
        }
    }

    /// P(p < x).
    pub fn below(&self, x: f64) -> f64 {
        match self {
            Posterior::Beta(beta) => beta.below(x),
            Posterior::Thinned(integrated) => integrated.below(x),
        }
    }

    /// The x with P(p < x) = `probability`.
    pub fn quantile(&self, probability: f64) -> f64 {
        match self {
            Posterior::Beta(beta) => beta.quantile(probability),
            Posterior::Thinned(integrated) => integrated.quantile(probability),
        }
    }
}

/// Gauss–Legendre nodes and weights of order 8 on [−1, 1]; the other half mirrors them.
const GAUSS: [(f64, f64); 4] = [
    (0.1834346424956498, 0.362683783378362),
    (0.525532409916329, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745),
    (0.9602898564975363, 0.1012285362903763),
];
/// A log density this far below the peak no longer matters.
const NEGLIGIBLE: f64 = 32.0;
/// The widest panel on the logit scale: the density's singularities lie π off the real line.
const WIDEST: f64 = 2.0;
/// So small a last step of Newton's, on the logit scale, that its square is nothing.
const NEAR: f64 = 1e-6;

/// A thinned Beta, integrated over panels of the logit scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Integrated {
    density: Density,
    /// Where the first panel begins.
    from: f64,
    width: f64,
    /// Probability up to the end of each panel.
    up_to: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl Integrated {
    fn over(evidence: &Evidence) -> Integrated {
        let Evidence { base, silences } = evidence;
        let weight: f64 = silences.iter().map(|s| s.weight).sum();
        let needed: f64 = silences.iter().map(|s| s.weight * s.q).sum();
        // The log density bends by at most a quarter of all weight: no panel is wider than two and a
        // half standard deviations of the narrowest peak that allows.
        let width = (5.0 / (base.strength() + weight).sqrt()).min(WIDEST);
        let near_peak = (base.a / (base.b + needed)).ln();
        let mut density = Density { base: *base, silences: silences.clone(), ln_peak: 0.0 };

        let mut peak = f64::NEG_INFINITY;
        let mut reach = |step: f64| {
            let mut at = near_peak;
            loop {
                let here = density.ln(&Odds::of(at));
                peak = peak.max(here);
                if here.is_nan() || here < peak - NEGLIGIBLE {
                    return at;
                }
                at += step;
            }
        };
        let (to, from) = (reach(width), reach(-width));
        density.ln_peak = peak;

        let panels = ((to - from) / width).round() as usize;
        let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
        let mut up_to = Vec::with_capacity(panels);
        for panel in 0..panels {
            let start = from + panel as f64 * width;
            gauss(start, start + width, |u, w| {
                let odds = Odds::of(u);
                let (weighed, p) = (w * density.of(&odds), odds.p);
                mass += weighed;
                first += weighed * p;
                second += weighed * p * p;
            });
            up_to.push(mass);
        }
        up_to.iter_mut().for_each(|sum| *sum /= mass);
        density.ln_peak += mass.ln();
        let mean = first / mass;
        let variance = (second / mass - mean * mean).max(0.0);
        Integrated { density, from, width, up_to, mean, variance }
    }

    fn below(&self, x: f64) -> f64 {
        let u = (x / (1.0 - x)).ln();
        let panels_passed = ((u - self.from) / self.width).floor();
        if x <= 0.0 || panels_passed < 0.0 {
            return 0.0;
        }
        let panel = panels_passed as usize;
        if x >= 1.0 || panel >= self.up_to.len() {
            return 1.0;
        }
        (self.before(panel) + self.mass(self.start_of(panel), u)).clamp(0.0, 1.0)
    }

    fn quantile(&self, probability: f64) -> f64 {
        let panel = self.up_to.partition_point(|&sum| sum < probability);
        let start = self.start_of(panel);
        if panel >= self.up_to.len() {
            return Odds::of(start).p;
        }
        let sought = probability - self.before(panel);
        let near = start + self.width * self.share_of(start, sought);
        let step = |u| (sought - self.mass(start, u)) / self.density.at(u);
        let newton = step(near);
        // Newton's error is the square of its step.
        if newton.abs() <= NEAR {
            return Odds::of(near + newton).p;
        }
        let ends = (start, start + self.width);
        let u = solve(ends, start + self.width / 2.0, |u| {
            (self.mass(start, u) - sought, self.density.at(u))
        });
        Odds::of(u).p
    }

    /// Up to which share of a panel its mass adds up to `sought`, by the polynomial through its nodes:
    /// that costs no logarithm.
    fn share_of(&self, start: f64, sought: f64) -> f64 {
        let panel = Legendre::through(|x| self.density.at(start + self.width * (x + 1.0) / 2.0));
        let half = self.width / 2.0;
        let x =
            solve((-1.0, 1.0), 0.0, |x| (half * panel.integral(x) - sought, half * panel.value(x)));
        (x + 1.0) / 2.0
    }

    fn start_of(&self, panel: usize) -> f64 {
        self.from + panel as f64 * self.width
    }

    fn before(&self, panel: usize) -> f64 {
        panel.checked_sub(1).and_then(|last| self.up_to.get(last)).copied().unwrap_or(0.0)
    }

    fn mass(&self, from: f64, to: f64) -> f64 {
        let mut mass = 0.0;
        gauss(from, to, |u, w| mass += w * self.density.at(u));
        mass
    }
}

/// The density of u = logit p.
#[derive(Debug, Clone, PartialEq)]
struct Density {
    base: Beta,
    silences: Vec<Silence>,
    /// Subtracted from every logarithm: first the peak, in the end the normalisation.
    ln_peak: f64,
}

impl Density {
    fn at(&self, u: f64) -> f64 {
        self.of(&Odds::of(u))
    }

    fn of(&self, odds: &Odds) -> f64 {
        (self.ln(odds) - self.ln_peak).exp()
    }

    fn ln(&self, odds: &Odds) -> f64 {
        let Odds { p, ln_p, ln_rest } = *odds;
        let thinned: f64 = self.silences.iter().map(|s| s.weight * (1.0 - s.q * p).ln()).sum();
        self.base.a * ln_p + self.base.b * ln_rest + thinned
    }
}

/// A probability by its logit.
struct Odds {
    p: f64,
    ln_p: f64,
    /// Of 1 − p.
    ln_rest: f64,
}

impl Odds {
    fn of(u: f64) -> Odds {
        // Of what is small, so that no logarithm of a rounded 1 − p is ever taken.
        let small = (-u.abs()).exp();
        let tail = small.ln_1p();
        let p = if u < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) };
        Odds { p, ln_p: u.min(0.0) - tail, ln_rest: (-u).min(0.0) - tail }
    }
}

/// The polynomial through the nodes of a panel, as a sum of Legendre's on [−1, 1].
struct Legendre([f64; 2 * GAUSS.len()]);

impl Legendre {
    fn through(value: impl Fn(f64) -> f64) -> Legendre {
        let mut sums = [0.0; 2 * GAUSS.len()];
        gauss(-1.0, 1.0, |x, w| {
            let weighed = w * value(x);
            for (sum, (degree, polynomial)) in sums.iter_mut().zip(Legendre::all(x)) {
                *sum += (degree + 0.5) * weighed * polynomial;
            }
        });
        Legendre(sums)
    }

    /// By degree: P₀, P₁ and so on.
    fn all(x: f64) -> impl Iterator<Item = (f64, f64)> {
        let mut last = (0.0, 1.0);
        (0..).map(f64::from).map(move |degree| {
            let (before, this) = last;
            last = (this, ((2.0 * degree + 1.0) * x * this - degree * before) / (degree + 1.0));
            (degree, this)
        })
    }

    fn value(&self, x: f64) -> f64 {
        self.0.iter().zip(Legendre::all(x)).map(|(factor, (_, it))| factor * it).sum()
    }

    /// From −1 to x.
    fn integral(&self, x: f64) -> f64 {
        let mut before = -1.0;
        let next = Legendre::all(x).skip(1);
        let terms = self.0.iter().zip(Legendre::all(x)).zip(next);
        terms
            .map(|((factor, (degree, this)), (_, next))| {
                let integral = (next - before) / (2.0 * degree + 1.0);
                before = this;
                factor * integral
            })
            .sum()
    }
}

fn gauss(from: f64, to: f64, mut visit: impl FnMut(f64, f64)) {
    let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
    for (node, weight) in GAUSS {
        visit(middle - half * node, half * weight);
        visit(middle + half * node, half * weight);
    }
}

#[cfg(test)]
mod tests;
