"""The parts screens are made of: functions of Vars that return components, and know no service."""
