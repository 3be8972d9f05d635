"""What the tests of sound measure."""

import numpy as np


def loudest_frequency(samples, rate):
    """The highest peak of the spectrum of samples (samples, 2) in hertz, to a hundredth."""
    mono = samples.sum(axis=1)
    size = 1 << 22
    return float(np.argmax(np.abs(np.fft.rfft(mono * np.hanning(len(mono)), size)))) * rate / size


def decibels(samples):
    """The root mean square relative to full scale."""
    return 20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)))
