"""Drivers: what stands in the place of a warehouse's client library, one module for each."""

import importlib


def install(adapter, tape, canned):
    """Replaces the driver of an adapter by one that writes on the tape."""
    from recorder.drivers.canned import Canned

    importlib.import_module("recorder.drivers." + adapter).install(tape, Canned(canned))
