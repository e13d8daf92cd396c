"""The language-model brain, over any chat-completions endpoint. What it says is checked, and ratifies nothing."""

from opsconsole.brains.model.brain import LanguageModelBrain as LanguageModelBrain
from opsconsole.brains.model.config import ModelConfig as ModelConfig
from opsconsole.brains.model.endpoint import Endpoint as Endpoint
