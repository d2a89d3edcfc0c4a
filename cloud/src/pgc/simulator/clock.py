"""The ISY's clock. It stands at 0°N 0°E, where the sun rises about six and sets about eighteen o'clock UTC all year."""

import time

from pgc.simulator.documents import document

_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""
_BEHIND = 36_524
"""An ISY's NTP time is behind true NTP by this; why, no page says, but clients reckon with it (PyISY, helpers.py)."""
_DAY, _SUNRISE, _SUNSET = 86_400, 6 * 3_600, 18 * 3_600


def clock(now: float) -> bytes:
    """At this moment (unix seconds), in this machine's time zone."""
    local = time.localtime(now)
    midnight = now - now % _DAY
    return document(
        f"<DT><NTP>{_ntp(now)}</NTP><TMZOffset>{local.tm_gmtoff}</TMZOffset>"
        f"<DST>{'true' if local.tm_isdst > 0 else 'false'}</DST><Lat>0.000000</Lat><Long>0.000000</Long>"
        f"<Sunrise>{_ntp(midnight + _SUNRISE)}</Sunrise><Sunset>{_ntp(midnight + _SUNSET)}</Sunset>"
        "<IsMilitary>true</IsMilitary></DT>"
    )


def _ntp(moment: float) -> int:
    return int(moment) + _NTP_EPOCH - _BEHIND
