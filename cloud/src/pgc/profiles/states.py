"""The words that stand for the values of some units: a lock shows "Locked" and not 100."""

from collections.abc import Mapping
from types import MappingProxyType

STATES_OF: Mapping[int, Mapping[int, str]] = MappingProxyType(
    {
        2: {0: "False", 1: "True"},
        11: {0: "Unlocked", 100: "Locked", 101: "Unknown", 102: "Problem"},
        15: {
            1: "Master Code Changed", 2: "Tamper Code Entry Limit", 3: "Escutcheon Removed", 4: "Key-Manually Locked",
            5: "Locked By Touch", 6: "Key-Manually Unlocked", 7: "Remote Locking Jammed Bolt", 8: "Remotely Locked",
            9: "Remotely Unlocked", 10: "Deadbolt Jammed", 11: "Battery Too Low To Operate", 12: "Critical Low Battery",
            13: "Low Battery", 14: "Automatically Locked", 15: "Automatic Locking Jammed Bolt",
            16: "Remotely Power Cycled", 17: "Lock Handling Complete", 19: "User Deleted", 20: "User Added",
            21: "Duplicate Pin", 22: "Jammed Bolt By Locking With Keypad", 23: "Locked By Keypad",
            24: "Unlocked By Keypad", 25: "Keypad Attempt Outside Schedule", 26: "Hardware Failure",
            27: "Factory Reset", 28: "Manually Not Fully Locked", 29: "All User Codes Deleted",
            30: "New User Code Not Added-Duplicate Code", 31: "Keypad Temporarily Disabled", 32: "Keypad Busy",
            33: "New Program Code Entered", 34: "RF Unlock With Invalid User Code",
            35: "RF Lock With Invalid User Codes", 36: "Window-Door Is Open", 37: "Window-Door Is Closed",
            38: "Window-Door Handle Is Open", 39: "Window-Door Handle Is Closed", 40: "User Code Entered On Keypad",
            41: "Power Cycled",
        },
        66: {
            0: "Idle", 1: "Heating", 2: "Cooling", 3: "Fan Only", 4: "Pending Heat", 5: "Pending Cool", 6: "Vent",
            7: "Aux Heat", 8: "2nd Stage Heating", 9: "2nd Stage Cooling", 10: "2nd Stage Aux Heat",
            11: "3rd Stage Aux Heat",
        },
        67: {
            0: "Off", 1: "Heat", 2: "Cool", 3: "Auto", 4: "Aux/Emergency Heat", 5: "Resume", 6: "Fan Only",
            7: "Furnace", 8: "Dry Air", 9: "Moist Air", 10: "Auto Changeover", 11: "Energy Save Heat",
            12: "Energy Save Cool", 13: "Away", 14: "Program Auto", 15: "Program Heat", 16: "Program Cool",
        },
        68: {
            0: "Auto", 1: "On", 2: "Auto High", 3: "High", 4: "Auto Medium", 5: "Medium", 6: "Circulation",
            7: "Humidity Circulation", 8: "Left-Right Circulation", 9: "Up-Down Circulation", 10: "Quiet",
        },
        78: {0: "Off", 100: "On", 101: "Unknown"},
        79: {0: "Open", 100: "Closed", 101: "Unknown"},
        80: {
            0: "Off", 1: "On", 2: "On High", 3: "On Medium", 4: "Circulation", 5: "Humidity Circulation",
            6: "Right/Left Circulation", 7: "Up/Down Circulation", 8: "Quiet Circulation",
        },
        84: {0: "Unlock", 1: "Lock"},
        93: {
            1: "Power Applied", 2: "AC Mains Disconnected", 3: "AC Mains Reconnected", 4: "Surge Detection",
            5: "Volt Drop Or Drift", 6: "Over Current Detected", 7: "Over Voltage Detected", 8: "Over Load Detected",
            9: "Load Error", 10: "Replace Battery Soon", 11: "Replace Battery Now", 12: "Battery Is Charging",
            13: "Battery Is Fully Charged", 14: "Charge Battery Soon", 15: "Charge Battery Now",
        },
        94: {
            1: "Program Started", 2: "Program In Progress", 3: "Program Completed", 4: "Replace Main Filter",
            5: "Failure To Set Target Temperature", 6: "Supplying Water", 7: "Water Supply Failure", 8: "Boiling",
            9: "Boiling Failure", 10: "Washing", 11: "Washing Failure", 12: "Rinsing", 13: "Rinsing Failure",
            14: "Draining", 15: "Draining Failure", 16: "Spinning", 17: "Spinning Failure", 18: "Drying",
            19: "Drying Failure", 20: "Fan Failure", 21: "Compressor Failure",
        },
        95: {
            1: "Leaving Bed", 2: "Sitting On Bed", 3: "Lying On Bed", 4: "Posture Changed", 5: "Sitting On Edge Of Bed",
        },
        96: {1: "Clean", 2: "Slightly Polluted", 3: "Moderately Polluted", 4: "Highly Polluted"},
        97: {0: "Closed", 100: "Open", 101: "Unknown", 102: "Stopped", 103: "Closing", 104: "Opening"},
        98: {
            0: "Off", 1: "Heat", 2: "Cool", 3: "Auto", 4: "Fan Only", 5: "Program Auto", 6: "Program Heat",
            7: "Program Cool",
        },
        99: {7: "On", 8: "Auto"},
        115: {
            0: "On", 1: "Off", 2: "Fade Up", 3: "Fade Down", 4: "Fade Stop", 5: "Fast On", 6: "Fast Off",
            7: "Triple Press On", 8: "Triple Press Off", 9: "4x Press On", 10: "4x Press Off", 11: "5x Press On",
            12: "5x Press Off",
        },
    }
)  # fmt: skip
