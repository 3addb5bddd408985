"""What every command shares: arguments, options made from dataclasses, tables and progress. Imports no torch."""
