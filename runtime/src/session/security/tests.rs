//! Settings, their texts and their strength.

use attnc_compiler::choice::cost::ProofShape;
use stwo::core::pcs::PcsConfig;

use super::*;

fn shape(log_rows: u32) -> ProofShape {
    ProofShape {
        preprocessed: vec![log_rows; 4],
        base: vec![log_rows; 100],
        interaction: vec![(log_rows, 2); 8],
        hiding: false,
    }
}

/// Every setting with the floor.
fn customs(floor: u32) -> impl Iterator<Item = Custom> {
    Custom::LOG_BLOWUPS.flat_map(move |log_blowup| {
        Custom::POW_BITS.map(move |pow| Custom::new(floor, log_blowup, pow).unwrap())
    })
}

#[test]
fn names_are_read_back_and_others_refused() {
    for setting in Setting::ALL {
        assert_eq!(setting.name().parse(), Ok(setting));
        assert_eq!(setting.name().parse(), Ok(Security::Setting(setting)));
    }
    let error = "quick".parse::<Setting>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "no security setting `quick`: there are seed, standard, fast, compact, and floors of \
         80 to 120 bits"
    );
}

#[test]
fn a_custom_setting_has_one_text() {
    for floor in Custom::FLOORS {
        for custom in customs(floor) {
            let setting = Setting::Custom(custom);
            // A statement has room for it.
            assert!(setting.name().len() <= 64, "{setting}");
            assert_eq!(setting.name().parse(), Ok(setting));
        }
    }
    let text = "96 bits: blowup 4, 38 queries, grinding 20";
    assert_eq!(text.parse::<Setting>().unwrap().to_string(), text);
}

#[test]
fn other_texts_are_refused() {
    let unknown = [
        "",
        "96",
        "96 bits",
        "Standard",
        "96 bits: blowup 3, 51 queries, grinding 20",
        "96 bits: blowup 0, 38 queries, grinding 20",
        "96 bits: blowup 4, 38 queries",
        "96 bits: blowup 4, 38 queries, grinding 20 ",
        "96 bits: blowup 4, 38 queries, grinding 99999999999",
        "96 bits: blowup 4, 38 queries, grinding -1",
    ];
    for text in unknown {
        let error = text.parse::<Setting>().unwrap_err();
        assert!(matches!(error, SettingError::Unknown(_)), "{text}: {error}");
    }
    let bounds = [
        "79 bits: blowup 4, 30 queries, grinding 20",
        "121 bits: blowup 4, 51 queries, grinding 20",
        "96 bits: blowup 1, 76 queries, grinding 20",
        "96 bits: blowup 128, 11 queries, grinding 20",
        "96 bits: blowup 4, 36 queries, grinding 25",
    ];
    for text in bounds {
        let error = text.parse::<Setting>().unwrap_err();
        assert!(
            matches!(error, SettingError::Bounds { .. }),
            "{text}: {error}"
        );
    }
    let other = [
        "96 bits: blowup 4, 37 queries, grinding 20",
        "96 bits: blowup 4, 39 queries, grinding 20",
        "096 bits: blowup 4, 38 queries, grinding 20",
        "96 bits: blowup 4, +38 queries, grinding 20",
    ];
    for text in other {
        let error = text.parse::<Setting>().unwrap_err();
        assert!(
            matches!(error, SettingError::NotCanonical { .. }),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_number_asks_for_a_floor() {
    assert_eq!("96".parse(), Ok(Security::Floor(96)));
    let error = "40".parse::<Security>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "a floor's bits must be 80 to 120, not 40"
    );
    assert!("-96".parse::<Security>().is_err());
    assert!("96.5".parse::<Security>().is_err());
}

#[test]
fn seed_is_the_default_configuration() {
    let config = pcs_config(&Setting::Seed.fri_setting(14), &shape(14));
    assert_eq!(config, PcsConfig::default());
}

#[test]
fn every_height_has_a_possible_setting_of_its_promised_strength() {
    let customs = customs(96).map(Setting::Custom);
    for setting in Setting::ALL.into_iter().chain(customs) {
        let highest = 24.min(29 - setting.fri().log_blowup);
        for log_rows in 4..=highest {
            let fri = setting.fri_setting(log_rows);
            assert!(
                fri.layers(log_rows).is_some(),
                "{setting} {log_rows} {fri:?}"
            );
            let bits = fri.log_blowup * fri.queries + fri.pow_bits;
            assert!(bits >= setting.target_bits());
            // One query less would not do.
            assert!(bits - fri.log_blowup < setting.target_bits());
            assert!(Custom::POW_BITS.contains(&fri.pow_bits));
        }
    }
}

#[test]
fn the_bus_is_ground_up_to_the_target() {
    assert_eq!(bus_pow_bits(Setting::Seed, 1 << 40), 0);
    assert_eq!(bus_pow_bits(Setting::Standard, 1 << 20), 0);
    assert_eq!(bus_pow_bits(Setting::Fast, 759_250_125), 2);
    // A degree of 2^28 would be worth 96 bits over a field of 2^124 elements.
    assert_eq!(bus_pow_bits(Setting::Fast, (1 << 28) - 3), 0);
    assert_eq!(bus_pow_bits(Setting::Fast, 1 << 28), 1);
    assert_eq!(bus_pow_bits(Setting::Fast, u128::MAX), 96);
}
