//! What accounts say, against spec 9 and a published calculator.

use attnc_compiler::choice::cost::{FriSetting, ProofShape};
use attnc_compiler::circuit::BusDegree;

use super::regime::{vanishing, FIELD_BITS, MAX_PROXIMITY};
use super::*;
use crate::session::security::{bus_pow_bits, Custom, Setting};

fn shape(log_rows: u32) -> ProofShape {
    ProofShape {
        preprocessed: vec![log_rows; 4],
        base: vec![log_rows; 100],
        interaction: vec![(log_rows, 2); 8],
        hiding: false,
    }
}

/// A bus of degree 2^`log2`, roughly: never less.
fn bus(log2: f64) -> BusDegree {
    BusDegree {
        uses: (log2.exp2() / 4.0).ceil() as u64,
        longest: 2,
        families: 20,
        lanes: 64,
    }
}

/// A session of so many proofs of 2^`log_rows` rows, of 150 rules each.
fn session(
    setting: Setting,
    log_rows: u32,
    proofs: usize,
    bus: BusDegree,
    ground: u32,
) -> SessionAccount {
    let (fri, shape) = (setting.fri_setting(log_rows), shape(log_rows));
    let proof = ProofTerms {
        fri: &fri,
        shape: &shape,
        constraints: 150,
    };
    SessionAccount::new(&vec![proof; proofs], bus, ground)
}

#[test]
fn grinding_lifts_the_bus_to_the_target() {
    let account = session(Setting::Fast, 16, 1, bus(29.5), 2);
    assert!(account.conjectured_bits >= 96.0, "{account}");
    assert!(session(Setting::Fast, 16, 1, bus(29.5), 0).conjectured_bits < 96.0);
}

#[test]
fn the_account_of_a_decode() {
    let account = session(Setting::Standard, 14, 1, bus(20.0), 0);
    assert_eq!(account.conjectured_bits, 96.0);
    // 20 + 19 (2 - log2(1 + 1/2m)) is below 58, and not far.
    assert!((52.0..58.0).contains(&account.proven_bits), "{account}");
    assert!(account.to_string().ends_with("proven"), "{account}");
    let seed = session(Setting::Seed, 14, 1, bus(20.0), 0);
    assert_eq!(seed.conjectured_bits, 13.0);
    let (fri, shape) = (Setting::Standard.fri_setting(14), shape(14));
    let proofs = [fri, Setting::Seed.fri_setting(14)].map(|fri| (fri, &shape));
    let proofs = proofs.each_ref().map(|(fri, shape)| ProofTerms {
        fri,
        shape,
        constraints: 150,
    });
    let both = SessionAccount::new(&proofs, bus(20.0), 0);
    assert_eq!(both.conjectured_bits, 13.0);
    assert_eq!(SessionAccount::new(&[], bus(20.0), 0).conjectured_bits, 0.0);
}

/// The bus's proven term and those of its parts, in every proof's account.
fn bus_terms(account: &SessionAccount) -> impl Iterator<Item = &Term> {
    let terms = account.proofs.iter().flat_map(|proof| &proof.terms);
    terms.filter(|term| term.step.contains("bus") || term.step.starts_with("of it"))
}

#[test]
fn the_bus_pays_the_lists_of_all_proofs_of_a_session() {
    for proofs in [1, 2, 3, 8] {
        let account = session(Setting::Standard, 14, proofs, bus(24.0), 0);
        let lists: f64 = account.proofs.iter().map(|proof| proof.list_bits).sum();
        // The Johnson regime: no proof has but one codeword within reach.
        assert!(lists > 5.0 * proofs as f64, "{account}");
        for proof in &account.proofs {
            assert_eq!(proof.session_list_bits, lists);
        }
        for term in bus_terms(&account) {
            assert_eq!(term.proven, term.conjectured - lists, "{}", term.step);
        }
    }
    let [one, eight] = [1, 8].map(|n| session(Setting::Standard, 14, n, bus(24.0), 0));
    assert!(eight.proven_bits < one.proven_bits);
    assert!(eight
        .to_string()
        .contains("with the session's other proofs"));
    assert!(!one.to_string().contains("with the session's other proofs"));
}

/// 32 lists of at least 2^5 codewords leave nothing of a bus of 100 bits, so most of these
/// proofs must be taken within unique decoding.
#[test]
fn thirty_two_linked_proofs() {
    let account = session(Setting::Standard, 14, 32, bus(24.0), 0);
    let johnson = account.proofs.iter().filter(|p| p.proximity.is_some());
    assert!(johnson.count() < 16, "{account}");
    let unique = session(Setting::Standard, 14, 1, bus(24.0), 0);
    assert!(account.proven_bits < unique.proven_bits - 15.0, "{account}");
    // 19 queries that each miss with (1 + 1/16) / 2, a little less at 2^14 rows.
    let least = 20.0 - 19.0 * f64::log2((1.0 + 1.0 / 16.0) / 2.0);
    assert!(
        (least - 0.01..=least).contains(&account.proven_bits),
        "{account}"
    );
    for term in bus_terms(&account) {
        assert!(term.proven >= account.proven_bits, "{}", term.step);
    }
    assert_eq!(account.conjectured_bits, 96.0);
}

/// No other choice of regimes makes a session worth more: every one of two proofs is tried.
#[test]
fn the_regimes_are_those_that_make_the_session_worth_most() {
    let settings = [Setting::Seed, Setting::Standard, Setting::Fast];
    for (a, b) in [(14, 14), (4, 20), (22, 9)] {
        for setting in settings {
            let fri = [a, b].map(|log| setting.fri_setting(log));
            let shapes = [a, b].map(shape);
            let proofs = [0, 1].map(|proof| ProofTerms {
                fri: &fri[proof],
                shape: &shapes[proof],
                constraints: 150,
            });
            let all = |proof: &ProofTerms<'_>| {
                let parameters = (3..=MAX_PROXIMITY).filter(|&m| proof.list_size(m).is_finite());
                let parameters = [None].into_iter().chain(parameters.map(Some));
                let each = parameters.map(|m| proof.regime(m));
                each.map(|it| (it.least(), it.list)).collect::<Vec<_>>()
            };
            let each = proofs.each_ref().map(all);
            for log2_bus in [20.0, 28.0, 40.0] {
                let bus = bus(log2_bus);
                let found = SessionAccount::new(&proofs, bus, 0).proven_bits;
                let worth = vanishing(bus.total(), 0);
                let mut best: f64 = 0.0;
                for (a, a_list) in &each[0] {
                    for (b, b_list) in &each[1] {
                        best = best.max(a.min(*b).min(worth - a_list - b_list));
                    }
                }
                assert!((found - best).abs() < 1e-9, "{setting}: {found} {best}");
            }
        }
    }
}

/// The figures of spec 9: what named settings are proven to be worth, by height.
#[test]
fn proven_bits_by_height() {
    let mut found = Vec::new();
    for setting in [Setting::Standard, Setting::Fast, Setting::Compact] {
        let bits = [4, 8, 14, 18, 22].map(|log_rows| {
            let account = session(setting, log_rows, 1, bus(f64::from(log_rows) + 10.0), 0);
            Bits(account.proven_bits).to_string()
        });
        found.push((setting.to_string(), bits.join(" ")));
    }
    let expected = [
        ("standard", "55.2 57.3 56.0 53.7 47.7"),
        ("fast", "49.2 56.9 55.4 53.4 51.5"),
        ("compact", "56.3 57.6 55.9 52.2 44.2"),
    ];
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(found, expected);
}

/// The figures of spec 9: queries at the rate that eprint 2025/2010 (section 1.5) leaves to be
/// conjectured, rate + rate log2(e / rate) / log2 |F|.
#[test]
fn queries_where_a_conjecture_is_left() {
    let settings = [Setting::Standard, Setting::Fast, Setting::Compact];
    let bits = settings.map(|setting| {
        let fri = setting.fri();
        let rate = (-f64::from(fri.log_blowup)).exp2();
        let missed = rate + rate * (std::f64::consts::E / rate).log2() / FIELD_BITS;
        let bits = f64::from(fri.pow_bits) - f64::from(fri.queries) * missed.log2();
        Bits(bits).to_string()
    });
    assert_eq!(bits, ["94.8", "93.8", "94.9"]);
}

#[test]
fn bits_are_never_shown_rounded_up() {
    for (bits, shown) in [
        (57.399, "57.3"),
        (57.4, "57.4"),
        (95.999_999, "95.9"),
        (96.0, "96.0"),
        (0.05, "0.0"),
        (120.99, "120.9"),
    ] {
        assert_eq!(Bits(bits).to_string(), shown);
    }
    assert_eq!(format!("{:>7}|", Bits(57.399)), "   57.3|");
    assert_eq!(Bits(57.3999).floor(3), 57.399);
    for tenths in 0..1300 {
        let exact = f64::from(tenths) / 10.0;
        assert!(Bits(exact).floor(1) <= exact && Bits(exact).floor(1) > exact - 0.11);
        // The next below a tenth, of which ten times may round up to it.
        if tenths > 0 {
            assert!(Bits(exact.next_down()).floor(1) < exact);
        }
    }
}

/// The field bounds what a proof can be worth: a domain of 2^28 points leaves less than 96 bits.
#[test]
fn named_settings_hold_their_floor_up_to_a_domain_of_2_to_the_27() {
    for setting in [Setting::Standard, Setting::Fast, Setting::Compact] {
        for log_rows in 4..=24 {
            let fri = setting.fri_setting(log_rows);
            // More rules and a larger bus than any circuit's; grinding lifts the bus.
            let bus = bus(35.9);
            let ground = bus_pow_bits(setting, bus.total());
            let bits = conjectured_bits(&fri, log_rows, 1 << 20, bus, ground);
            let proof = ProofTerms {
                fri: &fri,
                shape: &shape(log_rows),
                constraints: 1 << 20,
            };
            let account = SessionAccount::new(&[proof], bus, ground);
            assert_eq!(bits, account.conjectured_bits);
            let holds = fri.log_domain(log_rows) <= 27;
            assert_eq!(bits >= 96.0, holds, "{setting} 2^{log_rows}: {bits}");
        }
    }
}

/// What `soundcalc`, the calculator of the Ethereum Foundation for hash-based proof systems
/// (github.com/ethereum/soundcalc: `proxgaps/johnson_bound.py` at commit 17d8e1e,
/// `pcs/fri.py` at 0a067f4), gives in its Johnson-bound regime: bits of the query phase and the
/// least bits of batching and of the rounds of folding. Its gap to the Johnson bound is
/// max(rate / 20, sqrt(rate) / 100), its proximity gaps are theorem 4.2 of eprint 2025/2055.
struct Calculator {
    m: u32,
    query: f64,
    commit: f64,
    list: f64,
}

fn calculator(fri: &FriSetting, functions: f64, log_rows: u32) -> Calculator {
    let rate = (-f64::from(fri.log_blowup)).exp2();
    let root = rate.sqrt();
    let gap = (rate / 20.0).max(root / 100.0);
    let radius = 1.0 - root - gap;
    let query = f64::from(fri.pow_bits) - f64::from(fri.queries) * (1.0 - radius).log2();
    let m = (root / gap).ceil().max(3.0);
    let error = |log_dimension: f64, functions: f64| {
        let (n, m) = (log_dimension.exp2() / rate, m + 0.5);
        let first = (2.0 * m.powi(5) + 3.0 * m * radius * rate) * n / (3.0 * rate * root);
        (first + m / root).log2() + (functions - 1.0).log2() - FIELD_BITS
    };
    let mut commit = -error(f64::from(log_rows), functions);
    for layer in fri.layers(log_rows).unwrap() {
        // After this fold the code's dimension is so much smaller.
        let log_dimension = layer.log_domain - fri.log_blowup - layer.fold;
        let folded = f64::from(layer.fold).exp2();
        commit = commit.min(-error(f64::from(log_dimension), folded));
    }
    Calculator {
        // theta = 1 - sqrt(rate) (1 + 1 / 2m) in the account's terms.
        m: (root / (2.0 * gap)).floor() as u32,
        query,
        commit,
        list: 1.0 / (2.0 * gap * root),
    }
}

/// At the calculator's own radius: the same bits for the queries, and never more for batching,
/// folding and lists, for which the account takes the older and weaker theorem.
#[test]
fn the_fri_part_against_the_published_calculator() {
    let log_rows = 14;
    let shape = shape(log_rows);
    let functions = shape.sampled_values() as f64 + 8.0;
    let mut found = Vec::new();
    for setting in [Setting::Standard, Setting::Fast, Setting::Compact] {
        let fri = setting.fri_setting(log_rows);
        let theirs = calculator(&fri, functions, log_rows);
        let proof = ProofTerms {
            fri: &fri,
            shape: &shape,
            constraints: 150,
        };
        let [query, commit, ..] = proof.regime(Some(theirs.m)).own;
        // m is an integer: a smaller radius, and so fewer bits, but not by much.
        assert!(
            query <= theirs.query + 1e-9,
            "{setting}: {query} {}",
            theirs.query
        );
        assert!(
            query > theirs.query - 0.3,
            "{setting}: {query} {}",
            theirs.query
        );
        assert!(
            commit <= theirs.commit,
            "{setting}: {commit} {}",
            theirs.commit
        );
        let list = proof.list_size(theirs.m).log2() - theirs.list.log2();
        assert!(list.abs() < 0.1, "{setting}: {list}");
        let account = SessionAccount::new(&[proof], bus(20.0), 0);
        let shown = |bits: f64| Bits(bits).to_string();
        found.push([
            setting.to_string(),
            theirs.m.to_string(),
            shown(query),
            shown(theirs.query),
            shown(commit),
            shown(theirs.commit),
            shown(account.proven_bits),
        ]);
    }
    // The table of spec 9.
    let expected = [
        ["standard", "40", "57.6", "57.6", "38.9", "61.8", "56.0"],
        ["fast", "14", "54.1", "54.1", "59.9", "76.5", "55.4"],
        ["compact", "50", "58.2", "58.2", "33.2", "57.7", "55.9"],
    ];
    let found: Vec<[&str; 7]> = found
        .iter()
        .map(|row| row.each_ref().map(String::as_str))
        .collect();
    assert_eq!(found, expected);
}

/// What reals gave before, for every target and degrees around powers of two: the same but for
/// degrees within 2^-26 of one, where it is never less than the account asks for.
#[test]
fn integers_grind_what_reals_did() {
    let mut degrees: Vec<u128> = Vec::new();
    for log in 4..48 {
        let power = 1u128 << log;
        let near = [1, 2, 3, 5, 100, 12_345];
        degrees.extend(
            near.iter()
                .flat_map(|n| [power - n.min(&(power - 1)), power + n]),
        );
        degrees.extend([power, power * 5 / 4, power * 3 / 2, power * 7 / 4]);
    }
    for floor in Custom::FLOORS {
        let setting = Setting::Custom(Custom::new(floor, 1, 0).unwrap());
        for &degree in &degrees {
            let missing = f64::from(floor) - (FIELD_BITS - (degree as f64).log2());
            let reals = missing.ceil().max(0.0) as u32;
            let found = bus_pow_bits(setting, degree);
            let nearest = degree.next_power_of_two() - degree;
            if nearest << 26 > degree {
                assert_eq!(found, reals, "{floor} {degree}");
            }
            let account = FIELD_BITS - (degree as f64).log2() + f64::from(found);
            assert!(account >= f64::from(floor), "{floor} {degree}");
        }
    }
}
