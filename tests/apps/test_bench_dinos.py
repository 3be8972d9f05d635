from apps import bench_dinos


def test_both_ways_compute_the_same_and_the_fast_one_is_faster():
    result = bench_dinos.measure(300)
    assert result.difference < 1e-12
    assert result.ratio > 1.5  # 3 on a machine with nothing else to do


def test_main_prints_the_ratio(capsys):
    assert bench_dinos.main(["--iterations", "50"]) == 0
    assert "ratio" in capsys.readouterr().out
