"""The Emojify command: predicts, evaluates and trains."""
